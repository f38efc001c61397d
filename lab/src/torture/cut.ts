import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What can be the matter with a network. */
export type Trouble = 'reset' | 'black-hole' | 'delay';

const DELAY_MS = 2_000;

/** A way to one port on loopback, which can be reset, swallow everything, or be slow. */
export class Cut {
  readonly #server = createServer((client) => this.#forward(client));
  readonly #open = new Set<Socket>();
  #trouble: Trouble | undefined;

  private constructor(private readonly target: number) {}

  static async before(target: number): Promise<Cut> {
    const cut = new Cut(target);
    cut.#server.listen(0, '127.0.0.1');
    await once(cut.#server, 'listening');
    return cut;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Begins the trouble, on open connections and on new ones. */
  begin(trouble: Trouble): void {
    this.#trouble = trouble;
    if (trouble === 'reset') for (const socket of this.#open) socket.resetAndDestroy();
  }

  /** Ends it; what was swallowed stays lost, so those connections are cut. */
  heal(): void {
    const lost = this.#trouble === 'black-hole' ? [...this.#open] : [];
    this.#trouble = undefined;
    for (const socket of lost) socket.destroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
  }

  #forward(client: Socket): void {
    if (this.#trouble === 'reset') {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.target, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#open.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#open.delete(from);
        to.destroy();
      });
      // In order, also when a later piece meets another trouble.
      let before: Promise<unknown> = Promise.resolve();
      from.on('data', (data) => {
        const trouble = this.#trouble;
        if (trouble === 'black-hole') return;
        before = before
          .then(() => (trouble === 'delay' ? delay(DELAY_MS) : undefined))
          .then(() => to.write(data));
      });
    }
  }
}
