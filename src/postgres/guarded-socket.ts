import { Socket } from 'node:net';
import { PostgresError } from './error';
import { reasonOf, within } from './limit';

/** The socket of one session. Whoever waits for something on it hears at once when it is cut, whatever the reason. */
export class GuardedSocket {
  readonly socket = new Socket();
  readonly #cutting = new AbortController();
  readonly #signal: AbortSignal | undefined;
  readonly #stop = () => this.cut(reasonOf(this.#signal));

  /** @param signal cuts the line; it may have fired already. */
  constructor(signal?: AbortSignal) {
    this.#signal = signal;
    // An error that nobody listens to would end the process.
    this.socket.on('error', () => undefined);
    if (signal?.aborted) this.#stop();
    else signal?.addEventListener('abort', this.#stop, { once: true });
  }

  /** Ends all waiting and destroys the socket. Only the first reason counts. */
  cut(why: PostgresError): void {
    this.#signal?.removeEventListener('abort', this.#stop);
    this.#cutting.abort(why);
    this.socket.destroy();
  }

  /** A destroyed socket that is told to connect does so again, so ask this first. @throws PostgresError */
  assertWhole(): void {
    if (this.#cutting.signal.aborted) throw reasonOf(this.#cutting.signal);
  }

  /** Fires when the socket is cut, with the reason. */
  get whenCut(): AbortSignal {
    return this.#cutting.signal;
  }

  /** Waits for `work` no longer than that; a limit that is over cuts the line. @throws PostgresError */
  async within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
    try {
      return await within(ms, what, work, this.#cutting.signal);
    } catch (error) {
      if (error instanceof PostgresError && error.code === 'timeout') this.cut(error);
      throw error;
    }
  }
}
