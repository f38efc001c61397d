import { setTimeout as delay } from 'node:timers/promises';

/** Who has paused for this part of what it wanted may be called early, so that all look in the same round. */
const EARLY = 0.5;
/** One look of all follows another no sooner, however many there are that have just begun. */
const APART_MS = 500;

interface Sleeper {
  /** By the monotonic clock. */
  readonly earliestAt: number;
  wake(): void;
}

/**
 * Those who look at pairs of one project again and again. As soon as it is time for one of them, all whose time is near look
 * as well, so that one list answers all. The pace is that of the quickest.
 */
export class Round {
  readonly #sleeping = new Set<Sleeper>();
  #members = 0;
  #calledAt = Number.NEGATIVE_INFINITY;

  /** Whether somebody else looks at the project, too. */
  get isShared(): boolean {
    return this.#members > 1;
  }

  enter(): void {
    this.#members += 1;
  }

  leave(): void {
    this.#members -= 1;
  }

  get isEmpty(): boolean {
    return this.#members === 0;
  }

  /**
   * Pauses until it is time to look.
   *
   * @param leastMs never shorter, whatever the others do.
   * @throws the reason of the signal
   */
  async pause(ms: number, leastMs: number, signal: AbortSignal): Promise<void> {
    const called = new AbortController();
    const at = performance.now();
    const earliestAt = at + Math.max(ms * EARLY, leastMs);
    const untilCallMs = Math.max(ms, leastMs, this.#calledAt + APART_MS - at);
    const sleeper: Sleeper = { earliestAt, wake: () => called.abort() };
    const stop = () => called.abort();
    signal.addEventListener('abort', stop, { once: true });
    this.#sleeping.add(sleeper);
    try {
      if (!signal.aborted) await delay(untilCallMs, undefined, { signal: called.signal });
      this.#sleeping.delete(sleeper);
      this.#callOthers();
    } catch {
      // Called by another one, or given up.
    } finally {
      this.#sleeping.delete(sleeper);
      signal.removeEventListener('abort', stop);
    }
    signal.throwIfAborted();
  }

  #callOthers(): void {
    const at = performance.now();
    this.#calledAt = at;
    for (const sleeper of [...this.#sleeping]) if (sleeper.earliestAt <= at) sleeper.wake();
  }
}

/** The rounds of a worker, one for each project. */
export class Rounds {
  readonly #rounds = new Map<string, Round>();

  /** Does work that looks at a pair of the project again and again. */
  async join<T>(project: string, work: (round: Round) => Promise<T>): Promise<T> {
    const round = this.#rounds.get(project) ?? new Round();
    this.#rounds.set(project, round);
    round.enter();
    try {
      return await work(round);
    } finally {
      round.leave();
      if (round.isEmpty) this.#rounds.delete(project);
    }
  }
}
