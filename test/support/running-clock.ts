const PULSE_MS = 50;

/**
 * A clock that stands while the process stands: on a machine that gives it no time for seconds, what is due comes late,
 * and that is nobody's fault.
 */
export class RunningClock {
  /** The longest time that the process stood still so far, milliseconds. */
  longestStandMs = 0;
  #stoodMs = 0;
  #last = performance.now();
  readonly #pulse = setInterval(() => this.now(), PULSE_MS).unref();

  /** Milliseconds since whenever, without those that the process stood still. */
  now(): number {
    const now = performance.now();
    const stoodMs = Math.max(0, now - this.#last - 2 * PULSE_MS);
    this.longestStandMs = Math.max(this.longestStandMs, stoodMs);
    this.#stoodMs += stoodMs;
    this.#last = now;
    return now - this.#stoodMs;
  }

  /** From here on it only tells what it knows. */
  stop(): void {
    this.now();
    clearInterval(this.#pulse);
  }
}
