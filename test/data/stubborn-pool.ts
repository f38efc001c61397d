import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

/** An application that goes on using the very server it was told, and connects again whenever it is cut off. */
export class StubbornPool {
  readonly #ending = new AbortController();
  readonly #over: Promise<void>;

  constructor(uri: string) {
    this.#over = this.#use(uri);
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#over;
  }

  async #use(uri: string): Promise<void> {
    const { hostname: host, port } = new URL(uri);
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const client = new Client({
        host,
        port: Number(port),
        database: 'defaultdb',
        user: 'app',
        password: 'any',
        application_name: 'stubborn',
      });
      const cut = new Promise<void>((done) => {
        const resolve = () => done();
        client.on('error', resolve);
        client.on('end', resolve);
        signal.addEventListener('abort', resolve, { once: true });
      });
      await client.connect().then(
        () => cut,
        () => undefined,
      );
      // One that was cut off may not say that it has ended.
      void client.end().catch(() => undefined);
      await delay(100, undefined, { signal }).catch(() => undefined);
    }
  }
}
