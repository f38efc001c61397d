import { setTimeout as delay } from 'node:timers/promises';
import type { CallOptions } from './options';
import type { RequestRecord } from './record';

/** Somebody else's request that hangs holds up the next one for no longer. */
const BEHIND_MS = 1_000;

type Asker = Pick<CallOptions, 'signal' | 'onRequest'>;

/** A request that has not begun yet, and those whom its reply will answer. */
interface Gathering {
  readonly askers: Asker[];
  readonly reply: Promise<unknown>;
  /** Gives the request up; when nobody waits for its reply any more. */
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Reads that are the same, asked for by several at the same time: one request answers all who asked before it began. Who
 * asks while one is under way gets the reply of the next one.
 */
export class SharedReads {
  /** By what is asked. */
  readonly #gathering = new Map<string, Gathering>();
  readonly #underWay = new Map<string, Promise<unknown>>();

  /** @param make makes the request, with the options of all who share it; calls `begin` right before it is sent. */
  async ask<T>(
    key: string,
    asker: Asker,
    make: (shared: Asker, begin: () => void) => Promise<T>,
  ): Promise<T> {
    asker.signal?.throwIfAborted();
    let mine = this.#gathering.get(key);
    if (mine === undefined) {
      mine = this.#gather(key, make);
      this.#gathering.set(key, mine);
    }
    mine.askers.push(asker);
    return this.#await(key, mine, asker.signal) as Promise<T>;
  }

  #gather(key: string, make: (shared: Asker, begin: () => void) => Promise<unknown>): Gathering {
    const askers: Asker[] = [];
    const stop = new AbortController();
    const onRequest = (record: RequestRecord) => {
      askers.forEach((asker, index) => {
        tell(asker, index === 0 ? record : { ...record, shared: true });
      });
    };
    const run = async () => {
      // All that asks in this moment shares it.
      await new Promise(setImmediate);
      const before = this.#underWay.get(key);
      if (before !== undefined)
        await Promise.race([before.catch(() => {}), delay(BEHIND_MS, undefined, { ref: false })]);
      const begin = () => {
        this.#gathering.delete(key);
        this.#underWay.set(key, reply);
      };
      try {
        return await make({ signal: stop.signal, onRequest }, begin);
      } finally {
        if (this.#underWay.get(key) === reply) this.#underWay.delete(key);
        if (this.#gathering.get(key) === gathering) this.#gathering.delete(key);
      }
    };
    const reply = run();
    reply.catch(() => {});
    const gathering: Gathering = { askers, reply, stop, waiting: 0 };
    return gathering;
  }

  async #await(key: string, mine: Gathering, signal: AbortSignal | undefined): Promise<unknown> {
    mine.waiting += 1;
    let leave = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal?.reason);
      signal?.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([mine.reply, left]);
    } finally {
      signal?.removeEventListener('abort', leave);
      mine.waiting -= 1;
      if (mine.waiting === 0) this.#giveUp(key, mine, signal?.reason);
    }
  }

  #giveUp(key: string, mine: Gathering, reason: unknown): void {
    // Who asks from now on must not be given up with it.
    if (this.#gathering.get(key) === mine) this.#gathering.delete(key);
    mine.stop.abort(reason);
  }
}

function tell({ onRequest }: Asker, record: RequestRecord): void {
  try {
    onRequest?.(record);
  } catch {
    // An observer's fault must not cost the others their reply.
  }
}
