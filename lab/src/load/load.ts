import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Address, Row } from '../backing/backing';
import { ApiError } from '../errors';
import { openSession } from './session';

export interface LoadOptions {
  /** Rows per second, one per transaction (default 50). Fewer, if the server does not keep up. */
  rate?: number | undefined;
}

/** Numbered rows that are being written into `public.lab_load`, as an application would: one session, renewed when it fails. */
export interface Load {
  /** Rows whose commit was acknowledged so far. */
  readonly acknowledged: number;
  /** Ends the writing and reads the rows back from the active side, once no role change is under way. */
  stop(): Promise<LoadCounts>;
}

export interface LoadCounts {
  /** Rows whose commit was acknowledged. */
  acknowledged: number;
  /** Of these, rows that are not there. */
  missing: number;
  /** Rows that are there although their write failed. */
  unexpected: number;
}

/** The pair, as the load sees it. */
export interface LoadTarget {
  /** Of `avnadmin`. */
  password: string;
  /** Where the Service URI leads now. */
  lookUp(): Promise<Address>;
  /** As the superuser on the active side. */
  query(sql: string): Promise<Row[]>;
  /** When no role change is under way. */
  settled(): Promise<void>;
  /** Told when the writing ends. */
  stopped(): void;
}

const DEFAULT_RATE = 50;
const BACKOFF_MS = { first: 50, longest: 1000 };
const MAKE_TABLE = `
SET default_transaction_read_only = off;
SET SESSION AUTHORIZATION avnadmin;
CREATE TABLE IF NOT EXISTS public.lab_load
  (load uuid, row bigint, written_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (load, row))`;

export async function beginLoad(
  { rate = DEFAULT_RATE }: LoadOptions,
  target: LoadTarget,
): Promise<RunningLoad> {
  if (!(rate > 0)) throw new ApiError(400, `A load needs a rate above 0 rows per second, not ${rate}`);
  await target.query(MAKE_TABLE);
  return new RunningLoad(target, 1000 / rate);
}

export class RunningLoad implements Load {
  readonly #id = randomUUID();
  readonly #target: LoadTarget;
  readonly #intervalMs: number;
  readonly #stopping = new AbortController();
  readonly #acknowledged = new Set<number>();
  readonly #over: Promise<void>;
  #row = 0;
  #failures = 0;

  constructor(target: LoadTarget, intervalMs: number) {
    this.#target = target;
    this.#intervalMs = intervalMs;
    this.#over = this.#run();
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  async stop(): Promise<LoadCounts> {
    await this.end();
    await this.#target.settled();
    const there = await this.#rowsThere();
    return {
      acknowledged: this.#acknowledged.size,
      missing: [...this.#acknowledged].filter((row) => !there.has(row)).length,
      unexpected: [...there].filter((row) => !this.#acknowledged.has(row)).length,
    };
  }

  /** Ends the writing and asks for nothing. */
  async end(): Promise<void> {
    this.#stopping.abort();
    this.#target.stopped();
    await this.#over;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#session().catch(() => {
        this.#failures += 1;
      });
      const most = Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** (this.#failures - 1));
      await this.#pause(most * (0.5 + Math.random() / 2));
    }
  }

  /** Writes until a write fails, or the load ends. */
  async #session(): Promise<void> {
    const { signal } = this.#stopping;
    const session = await openSession(await this.#target.lookUp(), this.#target.password);
    try {
      for (let due = performance.now(); !signal.aborted; ) {
        this.#row += 1;
        const row = this.#row;
        await session.query('INSERT INTO public.lab_load (load, row) VALUES ($1, $2)', [this.#id, row]);
        this.#acknowledged.add(row);
        this.#failures = 0;
        // What a short delay cost is made up for, what a long one cost is not: applications have no backlog.
        due = Math.max(due + this.#intervalMs, performance.now() - 100);
        await this.#pause(due - performance.now());
      }
    } finally {
      session.close();
    }
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  async #rowsThere(): Promise<Set<number>> {
    try {
      const rows = await this.#target.query(`SELECT row FROM public.lab_load WHERE load = '${this.#id}'`);
      return new Set(rows.map(({ row }) => Number(row)));
    } catch (error) {
      // A table that was made and not yet shipped is lost with all of its rows.
      if ((error as { code?: string }).code === '42P01') return new Set();
      throw error;
    }
  }
}
