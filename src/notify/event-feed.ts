import type { RunEvent, RunEvents, RunIdentity } from '../contract/events';
import { after, type RunState } from './run-state';

/** One event as it is to be told, with what was true of the run then. */
export interface FeedEntry {
  run: RunIdentity;
  event: RunEvent;
  state: RunState;
}

/**
 * The events of a run in the order in which they are told. Temporal's Reset ends a run and begins another that repeats
 * the first part of it: what is repeated is not told again, and what is new follows.
 */
export class EventFeed {
  readonly entries: FeedEntry[] = [];
  /** When the run ended, milliseconds; `undefined` while more may follow. */
  endedAt: number | undefined;
  /** The events of the newest run, those that it repeated included. */
  #events: RunEvent[] = [];
  #present: FeedEntry | undefined;
  readonly #listeners = new Set<() => void>();

  /** The newest that is known of the newest run, be it repeated or not. */
  get present(): FeedEntry | undefined {
    return this.#present;
  }

  /** The number of the last event of this run. */
  lastOf(runId: string): number {
    return this.#present?.run.runId === runId ? this.#events.length : 0;
  }

  /** Takes in what follows the last event of that run. */
  add({ run, events }: Pick<RunEvents, 'run' | 'events'>): void {
    const isAnother = this.#present !== undefined && this.#present.run.runId !== run.runId;
    const isRepeated = isAnother ? this.#turnOver() : () => false;
    for (const event of events) {
      this.#events.push(event);
      this.#present = { run, event, state: after(this.#present?.state, event) };
      if (!isRepeated(event)) this.entries.push(this.#present);
    }
    this.#changed();
  }

  /** Nothing follows. */
  end(at: number): void {
    this.endedAt = at;
    this.#changed();
  }

  /** The entry at this place, once it is there; `undefined` when the tape ends before it. */
  async at(place: number, signal: AbortSignal): Promise<FeedEntry | undefined> {
    for (;;) {
      signal.throwIfAborted();
      const entry = this.entries[place];
      if (entry !== undefined || this.endedAt !== undefined) return entry;
      await this.#change(signal);
    }
  }

  /** Begins another run. Answers whether an event of it is one that the run before had, too, at the same place. */
  #turnOver(): (event: RunEvent) => boolean {
    const before = this.#events;
    let isSame = true;
    this.#events = [];
    this.#present = undefined;
    return (event) => {
      isSame &&= JSON.stringify(before[event.seq - 1]) === JSON.stringify(event);
      return isSame;
    };
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  async #change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#listeners.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#listeners.add(done);
      signal.addEventListener('abort', done);
    });
  }
}
