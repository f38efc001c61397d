import { EventEmitter, once } from 'node:events';
import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** How much of the unused allowance is kept, in seconds: short, so that the limit holds from one moment to the next. */
const BURST_S = 0.05;
/** Less than this much allowance is not handed out: bytes that trickle through one by one would keep the process busy. */
const SHORTEST_WAIT_MS = 5;

/** A limit in bytes per second that streams share (a token bucket); without a limit at first. */
export class Throttle {
  readonly #changed = new EventEmitter().setMaxListeners(0);
  #rate: number | undefined;
  #tokens = 0;
  #counted = 0;

  get rate(): number | undefined {
    return this.#rate;
  }

  /** Takes effect at once, also on bytes that wait already. 0: nothing passes; undefined: no limit. */
  limit(bytesPerSecond: number | undefined): void {
    this.#rate = bytesPerSecond;
    this.#tokens = 0;
    this.#counted = performance.now();
    this.#changed.emit('change');
  }

  /** A stream of its own that is held back by this limit. */
  stream(): Transform {
    const ended = new AbortController();
    const pass = async (chunk: Buffer) => {
      for (let rest = chunk; rest.length > 0 && !ended.signal.aborted; ) {
        const now = this.#take(rest.length);
        if (now > 0) stream.push(rest.subarray(0, now));
        else await this.#wait(ended.signal);
        rest = rest.subarray(now);
      }
    };
    const stream = new Transform({
      readableHighWaterMark: 4096,
      writableHighWaterMark: 4096,
      transform(chunk: Buffer, _encoding, done: TransformCallback) {
        pass(chunk).then(() => done(), done);
      },
      destroy(error, done) {
        ended.abort();
        done(error);
      },
    });
    return stream;
  }

  #take(wanted: number): number {
    if (this.#rate === undefined) return wanted;
    const now = performance.now();
    const most = Math.max(1, this.#rate * BURST_S);
    this.#tokens = Math.min(most, this.#tokens + (this.#rate * (now - this.#counted)) / 1000);
    this.#counted = now;
    if (this.#tokens < Math.min(wanted, this.#leastAt(this.#rate))) return 0;
    const taken = Math.min(wanted, Math.floor(this.#tokens));
    this.#tokens -= taken;
    return taken;
  }

  /** Until there may be allowance again, or the limit is another one. */
  async #wait(ended: AbortSignal): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([ended, over.signal]);
    const changed = once(this.#changed, 'change', { signal });
    const refilled = this.#rate ? [delay(this.#msToRefill(this.#rate), undefined, { signal })] : [];
    const waits = [changed, ...refilled];
    await Promise.race(waits).catch(() => undefined);
    over.abort();
    await Promise.allSettled(waits);
  }

  #leastAt(rate: number): number {
    return Math.max(1, (rate * SHORTEST_WAIT_MS) / 1000);
  }

  #msToRefill(rate: number): number {
    return Math.max(SHORTEST_WAIT_MS, (1000 * (this.#leastAt(rate) - this.#tokens)) / rate);
  }
}
