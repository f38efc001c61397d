/**
 * How urgent a request is. `write`: a write and the looks right before it. `check`: what a run needs before it can go on.
 * `poll`: a look at a pair that is on its way.
 */
export type Priority = 'write' | 'check' | 'poll';

/** A poll gives way to the checks of so long; then it is as urgent as they are, so that no pair is left unseen. */
const POLL_PATIENCE_MS = 10_000;

/** More than anybody waits. */
const BEFORE_ALL_MS = 1e12;

/** Somebody who waits for tokens. */
export interface Waiter {
  readonly priority: Priority;
  readonly count: number;
  /** By the monotonic clock. */
  readonly since: number;
  go(): void;
}

/** Those who wait, the most urgent first: writes before everything, a check before a poll of about the same time. */
export class WaitingLine {
  readonly #waiting = new Set<Waiter>();

  get size(): number {
    return this.#waiting.size;
  }

  countOf(priority: Priority): number {
    return [...this.#waiting].filter((it) => it.priority === priority).length;
  }

  add(waiter: Waiter): void {
    this.#waiting.add(waiter);
  }

  remove(waiter: Waiter): void {
    this.#waiting.delete(waiter);
  }

  first(): Waiter | undefined {
    let first: Waiter | undefined;
    for (const waiter of this.#waiting) {
      if (first === undefined || rankOf(waiter) < rankOf(first)) first = waiter;
    }
    return first;
  }
}

function rankOf({ priority, since }: Waiter): number {
  if (priority === 'write') return since - BEFORE_ALL_MS;
  return priority === 'poll' ? since + POLL_PATIENCE_MS : since;
}
