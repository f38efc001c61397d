import { ApiError } from './errors';

/** So many requests in any stretch of so many milliseconds; the others are turned away with 429. */
export interface RateLimit {
  requests: number;
  perMs: number;
}

/** Enforces a limit over a sliding window. Requests that were turned away do not count. */
export class RateLimiter {
  #passed: number[] = [];

  constructor(private readonly limit: RateLimit) {}

  /** @throws ApiError 429, in the words that the real API was seen to use. */
  pass(): void {
    const { requests, perMs } = this.limit;
    const now = performance.now();
    this.#passed = this.#passed.filter((at) => at > now - perMs);
    const [oldest] = this.#passed;
    if (oldest === undefined || this.#passed.length < requests) {
      this.#passed.push(now);
      return;
    }
    const seconds = Math.max(1, Math.ceil((oldest + perMs - now) / 1_000));
    throw new ApiError(
      429,
      `The user has sent too many requests in a given amount of time: Rate limit ${requests} exceeded - try again in ${seconds}s`,
    );
  }
}
