/** The `Date` header has whole seconds, and a reply may be on its way for a while. */
const TOLERANCE_MS = 10_000;
/** How much slower than the worker's monotonic clock the API's may run. */
const MOST_DRIFT = 0.01;
/** So long every reply is refused before the API's clock is taken for one that was set back. */
const SET_BACK_MS = 5 * 60_000;
/** More than a wrong clock of the worker usually is: a first reply has nothing else to be compared with. */
const WORKER_TOLERANCE_MS = 15 * 60_000;

/**
 * What time it is at the API, as the `Date` headers of its replies tell, carried on by the worker's monotonic clock.
 * It tells a reply that a cache kept from a fresh one, and how wrong the worker's own clock is.
 */
export class ApiClock {
  #newest: { apiMs: number; atMs: number } | undefined;
  /** The first of the replies that were refused since the last one that was not. */
  #refused: { apiMs: number; atMs: number } | undefined;

  /** Milliseconds of the epoch at the API now; `undefined` before the first reply with a `Date`. Right to a second. */
  nowMs(): number | undefined {
    return this.#newest && this.#newest.apiMs + (performance.now() - this.#newest.atMs);
  }

  /** How far the API's clock is ahead of the worker's, in milliseconds; right to a second. */
  offsetMs(): number | undefined {
    const now = this.nowMs();
    return now === undefined ? undefined : Math.round(now - Date.now());
  }

  /**
   * Takes note of a reply's `Date`, and says why the reply is an old one; `undefined` for a fresh one, or one that tells
   * no time.
   *
   * @param age the header `Age` (RFC 9111, section 5.1): only a cache sends it, with the seconds that it kept the reply.
   */
  faultOf(date: string | undefined, age: string | undefined): string | undefined {
    // Of several values the first counts (RFC 9111, section 5.1).
    const seconds = Number(age?.split(',')[0]);
    if (seconds * 1_000 > TOLERANCE_MS) {
      return `a cache kept it for ${seconds} s (Age): let nothing between the worker and the API keep replies`;
    }
    const apiMs = Date.parse(date ?? '');
    if (Number.isNaN(apiMs)) return undefined;
    const oldMs = Date.now() - apiMs;
    // Only a first reply: afterwards the worker's clock may be set as it likes.
    if (this.#newest === undefined && oldMs > WORKER_TOLERANCE_MS) {
      return `its Date is ${Math.round(oldMs / 60_000)} min before the worker's clock: a cache keeps replies, or the clock is wrong`;
    }
    const behindMs = (this.nowMs() ?? apiMs) - apiMs;
    if (behindMs > TOLERANCE_MS && !this.#isSetBack(apiMs)) {
      return `it was made ${Math.round(behindMs / 1_000)} s before newer ones (Date): let nothing between the worker and the API keep replies`;
    }
    this.#take(apiMs, behindMs);
    return undefined;
  }

  /** Every reply for minutes was before the newest one, and they run on: it is the clock there that was set back. */
  #isSetBack(apiMs: number): boolean {
    const atMs = performance.now();
    this.#refused ??= { apiMs, atMs };
    const passedMs = atMs - this.#refused.atMs;
    // A reply that is kept says the same time for ever.
    const ranMs = apiMs - this.#refused.apiMs;
    return passedMs > SET_BACK_MS && ranMs >= passedMs * (1 - MOST_DRIFT) - TOLERANCE_MS;
  }

  #take(apiMs: number, behindMs: number): void {
    const atMs = performance.now();
    const wasSetBack = behindMs > TOLERANCE_MS;
    const sinceMs = atMs - (this.#newest?.atMs ?? atMs);
    // Two clocks drift apart by far less than that; a reply that is kept falls behind by all of the time that passes.
    const driftMs = Math.min(Math.max(behindMs, 0), sinceMs * MOST_DRIFT);
    const isNewest = behindMs <= 0 || wasSetBack;
    this.#newest = { apiMs: isNewest ? apiMs : apiMs + behindMs - driftMs, atMs };
    this.#refused = undefined;
  }
}
