import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

const INTERVAL_MS = 50;

/** Writes numbered rows into `switchback.probe` at 20 a second, reconnecting, until it is told to stop. */
export class ProbeWriter {
  readonly acknowledged: number[] = [];
  #stopped = false;
  #seq = 0;
  readonly #over: Promise<void>;

  constructor(
    readonly uri: string | undefined,
    readonly runId: string,
  ) {
    this.#over = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#over;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#session().catch(() => undefined);
      await delay(INTERVAL_MS);
    }
  }

  async #session(): Promise<void> {
    const client = new Client({ connectionString: this.uri, query_timeout: 10_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      while (!this.#stopped) {
        this.#seq += 1;
        const seq = this.#seq;
        await client.query('INSERT INTO switchback.probe (run_id, attempt, seq) VALUES ($1, 1, $2)', [
          this.runId,
          seq,
        ]);
        this.acknowledged.push(seq);
        await delay(INTERVAL_MS);
      }
    } finally {
      await client.end();
    }
  }
}
