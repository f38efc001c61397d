/** Tokens that fill up evenly; each request takes one. By the monotonic clock, so that a clock that is set gives none away. */
export class TokenBucket {
  #tokens: number;
  #at = performance.now();

  /** @param burst what it holds when it is full; it begins full. */
  constructor(
    private perSecond: number,
    private burst: number,
  ) {
    this.#tokens = burst;
  }

  /** From now on. What it holds stays, as far as it fits. */
  set(perSecond: number, burst: number): void {
    this.#refill();
    this.perSecond = perSecond;
    this.burst = burst;
    this.#tokens = Math.min(this.#tokens, burst);
  }

  get rate(): number {
    return this.perSecond;
  }

  /** Milliseconds until so many tokens are there; for ever, when none come. */
  msUntil(count: number): number {
    this.#refill();
    const lacking = Math.min(count, this.burst) - this.#tokens;
    return lacking <= 0 ? 0 : Math.ceil((lacking / this.perSecond) * 1_000);
  }

  take(count: number): void {
    this.#refill();
    this.#tokens -= count;
  }

  /** So many more, as far as they fit. */
  add(count: number): void {
    this.#refill();
    this.#tokens = Math.min(this.burst, this.#tokens + count);
  }

  #refill(): void {
    const at = performance.now();
    this.#tokens = Math.min(this.burst, this.#tokens + ((at - this.#at) / 1_000) * this.perSecond);
    this.#at = at;
  }
}
