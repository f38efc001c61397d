/** What a 429 taught counts for so long after the last one. */
const REMEMBERED_MS = 10 * 60_000;
/** A 429 that says no time: the wait that a run has always kept then. */
const UNTOLD_MS = 5_000;
/** Those that were under way together are turned away together, and teach once. */
const SAME_MS = 1_000;
/** What another 429 leaves of a rate that was learned already. */
const LESS = 0.75;
/** Never less, requests a minute: half of the only limit that was ever seen. */
const LEAST = 60;
const MINUTE_MS = 60_000;
const SLOTS = 60;

/** What the API's own refusals say of the rate that it bears. */
export class LearnedRate {
  #perMinute: number | undefined;
  #taughtAt = Number.NEGATIVE_INFINITY;
  #pausedUntil = 0;
  readonly #sent = new SentLately();

  /** So many requests are on their way. */
  sent(count: number): void {
    this.#sent.add(count);
  }

  /**
   * The API has turned a request away: it asked for a wait, and the rate until then was one too high.
   *
   * @param message the API's own sentence; "Rate limit 120 exceeded" names how many it allows, in a minute as far as is known.
   */
  teach(retryAfterMs: number | undefined, message: string): void {
    const at = performance.now();
    this.pause(retryAfterMs ?? UNTOLD_MS);
    if (at - this.#taughtAt < SAME_MS) return;
    const told = Number(/rate limit (\d{1,6})\b/i.exec(message)?.[1] ?? 0);
    const before = this.perMinute;
    this.#taughtAt = at;
    // What went well until now went well: a limit that was told as less counts in another way than by the minute.
    this.#perMinute = Math.max(
      LEAST,
      before === undefined ? Math.max(told, this.#sent.inMinute()) : Math.floor(before * LESS),
    );
  }

  /** Nothing may be sent for so long. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms);
  }

  get pauseMs(): number {
    return Math.max(0, this.#pausedUntil - performance.now());
  }

  /** Requests a minute; `undefined` when nothing was learned lately. */
  get perMinute(): number | undefined {
    return performance.now() - this.#taughtAt < REMEMBERED_MS + this.pauseMs ? this.#perMinute : undefined;
  }
}

/** How many requests were sent in the last minute, right to a second. */
class SentLately {
  readonly #slots = new Map<number, number>();

  add(count: number): void {
    const slot = this.#now();
    this.#slots.set(slot, (this.#slots.get(slot) ?? 0) + count);
    for (const old of this.#slots.keys()) if (old <= slot - SLOTS) this.#slots.delete(old);
  }

  inMinute(): number {
    const oldest = this.#now() - SLOTS;
    return [...this.#slots].reduce((sum, [slot, count]) => (slot > oldest ? sum + count : sum), 0);
  }

  #now(): number {
    return Math.floor(performance.now() / (MINUTE_MS / SLOTS));
  }
}
