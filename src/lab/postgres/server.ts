import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Binaries } from './binaries';
import { ServerLog } from './server-log';
import { until } from './until';

const TIMEOUT_MS = 30_000;

export interface ServerOptions {
  binaries: Binaries;
  /** An initialised data directory for this server alone. */
  data: string;
  port: number;
  /** Where its peer listens, for when it is the standby. */
  peerPort: number;
  /** Of the superuser `postgres`, on both servers. */
  password: string;
}

/** One PostgreSQL server process, and what is done to it. */
export class PostgresServer {
  readonly #options: ServerOptions;
  #running: { process: ChildProcess; log: ServerLog } | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#options.port;
  }

  /** Resolves when it takes connections; a standby streams from its peer whenever that one is up. */
  async start(as: 'primary' | 'standby'): Promise<void> {
    const { binaries, data } = this.#options;
    await this.#write('postgresql.conf', settings(this.#options));
    if (as === 'standby') await this.#write('standby.signal', '');
    // In a group of its own: Ctrl-C in a terminal is for the lab, which then stops its servers in order.
    const child = spawn(binaries.postgres, ['-D', data], {
      ...binaries.spawn,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const log = new ServerLog(child, child.stderr);
    this.#running = { process: child, log };
    await log.next(as === 'standby' ? 'ready to accept read-only connections' : READY, TIMEOUT_MS);
  }

  /** Makes a standby take writes; resolves when it does. */
  async promote(): Promise<void> {
    if (!this.#running) throw new Error('Not running');
    await Promise.all([this.#running.log.next(READY, TIMEOUT_MS), this.query('SELECT pg_promote(false)')]);
  }

  /** `fast`: all is written, and sent to the standby, first. `immediate`: for data that is thrown away. */
  async stop(how: 'fast' | 'immediate'): Promise<void> {
    const child = this.#running?.process;
    this.#running = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    const insist = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    await exited;
    clearTimeout(insist);
  }

  /** Resolves when its peer streams from it. */
  async isFollowed(): Promise<void> {
    const streaming = `SELECT FROM pg_stat_replication WHERE state = 'streaming'`;
    await until(async () => (await this.query(streaming)).length > 0, TIMEOUT_MS);
  }

  /** As the superuser. */
  async query(sql: string): Promise<Record<string, unknown>[]> {
    const { port, password } = this.#options;
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'template1' });
    client.on('error', () => undefined); // whoever waits for the query hears of it there
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async #write(name: string, text: string): Promise<void> {
    const path = join(this.#options.data, name);
    await writeFile(path, text, { mode: 0o600 });
    await this.#options.binaries.give(path);
  }
}

const READY = 'ready to accept connections';

/** Small and quick, for data that nobody will miss; everything about replication is as it would be anywhere. */
function settings({ port, peerPort, password }: ServerOptions): string {
  return `
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = ''
timezone = 'UTC'

wal_level = replica
hot_standby = on
wal_keep_size = '64MB'
primary_conninfo = 'host=127.0.0.1 port=${peerPort} user=postgres password=${password}'
wal_receiver_status_interval = 1
wal_retrieve_retry_interval = 200

fsync = off
full_page_writes = off
shared_buffers = '16MB'
max_logical_replication_workers = 0
autovacuum = off
io_method = sync
# In the data directory, so that it goes with it whatever happens to the server.
dynamic_shared_memory_type = mmap
`;
}
