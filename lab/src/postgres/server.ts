import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Binaries } from './binaries';
import { configuration, type Settings } from './configuration';
import { ServerLog } from './server-log';
import { until } from './until';

const TIMEOUT_MS = 30_000;
const READY = 'ready to accept connections';

export interface ServerOptions {
  /** For people, in error messages. */
  name: string;
  binaries: Binaries;
  /** An initialised data directory for this server alone. */
  data: string;
  port: number;
  /** Where its peer's WAL comes from, for when it is the standby. */
  streamPort: number;
  /** Of the superuser `postgres`, on both servers. */
  password: string;
}

/** One PostgreSQL server process, and what is done to it. */
export class PostgresServer {
  readonly #options: ServerOptions;
  #running: { process: ChildProcess; log: ServerLog } | undefined;
  #as: 'primary' | 'standby' = 'primary';
  #settings: Settings = {};
  #isClosed = false;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get port(): number {
    return this.#options.port;
  }

  get data(): string {
    return this.#options.data;
  }

  /** What it has in its configuration beyond what every server of the lab has. */
  get settings(): Settings {
    return this.#settings;
  }

  /** Resolves when it takes connections; a standby streams from its peer whenever that one is up. */
  async start(as: 'primary' | 'standby'): Promise<void> {
    if (this.#isClosed) throw new Error(`${this.name} is closed for good`);
    const { binaries, data } = this.#options;
    this.#as = as;
    await this.#writeConfiguration();
    if (as === 'standby') await this.write('standby.signal', '');
    // In a group of its own: Ctrl-C in a terminal is for the lab, which then stops its servers in order.
    const child = spawn(binaries.postgres, ['-D', data], {
      ...binaries.spawn,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const log = new ServerLog(child, child.stderr);
    this.#running = { process: child, log };
    if (this.#isClosed) child.kill('SIGQUIT');
    await log.next(as === 'standby' ? 'ready to accept read-only connections' : READY, TIMEOUT_MS);
  }

  /** Makes a standby take writes; resolves when it does. A paused replay goes on and comes to its end first. */
  async promote(): Promise<void> {
    if (!this.#running) throw new Error(`${this.name} does not run`);
    await Promise.all([this.#running.log.next(READY, TIMEOUT_MS), this.query('SELECT pg_promote(false)')]);
    this.#as = 'primary';
  }

  /**
   * `fast`: all is written, and received by the standby, first, however long that takes.
   * `immediate`: for data that is thrown away, and for what may not go on.
   */
  async stop(how: 'fast' | 'immediate'): Promise<void> {
    const child = this.#running?.process;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    const insist = how === 'immediate' ? setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS) : undefined;
    await exited;
    clearTimeout(insist);
  }

  /** Stops it for good, whatever it is doing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.stop('immediate');
  }

  /** Resolves when sessions, old and new ones, have these settings and no other special ones. */
  async reload(settings: Settings): Promise<void> {
    this.#settings = settings;
    await this.#writeConfiguration();
    const child = this.#running?.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const loaded = async () => String((await this.query('SELECT pg_conf_load_time()::text AS at'))[0]?.at);
    const before = await loaded();
    child.kill('SIGHUP');
    // The server tells old sessions when it has read the file, and new ones are made after that.
    await until(
      async () => (await loaded()) !== before,
      TIMEOUT_MS,
      `${this.name} did not read its settings`,
    );
  }

  /** In the role that it has. If it does not come up with these settings, it is as before, and the error says why. */
  async restart(settings: Settings): Promise<void> {
    const old = this.#settings;
    await this.stop('fast');
    try {
      this.#settings = settings;
      await this.start(this.#as);
    } catch (error) {
      await this.stop('immediate');
      this.#settings = old;
      await this.start(this.#as);
      throw error;
    }
  }

  /** Resolves when its peer streams from it, though perhaps slowly. */
  async isFollowed(): Promise<void> {
    const streaming = `SELECT FROM pg_stat_replication WHERE state IN ('catchup', 'streaming')`;
    const isFollowed = async () => (await this.query(streaming)).length > 0;
    await until(isFollowed, TIMEOUT_MS, `no standby streamed from ${this.name}`);
  }

  /** As the superuser. */
  async query(sql: string, database = 'template1'): Promise<Record<string, unknown>[]> {
    const session = await this.session(database);
    try {
      const result = await session.query<Record<string, unknown>>(sql);
      // Several statements give several results.
      return Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows;
    } finally {
      await session.end();
    }
  }

  /** Of the superuser; whoever opens it ends it. */
  async session(database: string): Promise<Client> {
    const { port, password } = this.#options;
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password, database });
    client.on('error', () => undefined); // whoever waits for a query hears of it there
    await client.connect();
    return client;
  }

  /** Puts a file into the data directory. */
  async write(name: string, text: string): Promise<void> {
    const path = join(this.#options.data, name);
    await writeFile(path, text, { mode: 0o600 });
    await this.#options.binaries.give(path);
  }

  async #writeConfiguration(): Promise<void> {
    await this.write('postgresql.conf', configuration(this.#options, this.#settings));
  }
}
