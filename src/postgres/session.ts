import { Socket } from 'node:net';
import { Client } from 'pg';
import { PostgresError, toPostgresError } from './error';
import { resolve, SYSTEM } from './resolve';
import type { ConnectionSettings } from './settings';

/** How long opening a session may take, names and credentials included. */
const CONNECT_TIMEOUT_MS = 5_000;
/** How long one statement may take. */
const STATEMENT_TIMEOUT_MS = 5_000;
/** The server gives up first, so that it says so; a server that is not there any more says nothing. */
const NETWORK_MARGIN_MS = 500;
const END_TIMEOUT_MS = 500;

export interface SessionOptions {
  connectTimeoutMs?: number;
  statementTimeoutMs?: number;
  /** Who resolves the name (default: the system). */
  resolver?: string;
  /** Connects to this very address instead of resolving the name. */
  address?: string;
  /** Cuts the connection. */
  signal?: AbortSignal;
}

/**
 * One connection whose every step has a time limit, whatever the network does: when the limit is over the socket is
 * destroyed. Shows up in `pg_stat_activity` as `switchback`.
 */
export class Session {
  readonly #client: Client;
  readonly #statementTimeoutMs: number;
  readonly #cut: () => void;
  readonly #signal: AbortSignal | undefined;

  private constructor(client: Client, cut: () => void, statementTimeoutMs: number, signal?: AbortSignal) {
    this.#client = client;
    this.#cut = cut;
    this.#statementTimeoutMs = statementTimeoutMs;
    this.#signal = signal;
  }

  /** @throws PostgresError */
  static async open(settings: ConnectionSettings, options: SessionOptions = {}): Promise<Session> {
    const { connectTimeoutMs = CONNECT_TIMEOUT_MS, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
    options.signal?.throwIfAborted();
    const socket = new Socket();
    const cut = () => void socket.destroy();
    options.signal?.addEventListener('abort', cut, { once: true });
    const opening = open(settings, options, socket);
    try {
      const client = await within(connectTimeoutMs, `no session with ${settings.host}`, opening, cut);
      const session = new Session(client, cut, statementTimeoutMs, options.signal);
      await session.query(`SET statement_timeout = ${statementTimeoutMs}`);
      return session;
    } catch (error) {
      cut();
      options.signal?.removeEventListener('abort', cut);
      throw toPostgresError(error);
    }
  }

  /** @throws PostgresError; after a `timeout` the session is of no use any more. */
  async query<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const limit = this.#statementTimeoutMs + NETWORK_MARGIN_MS;
    try {
      // Without parameters the simple protocol: one round trip, also through a pooler.
      const asked = parameters.length > 0 ? this.#client.query(sql, parameters) : this.#client.query(sql);
      const { rows } = await within(limit, 'no answer', asked, this.#cut);
      return rows as Row[];
    } catch (error) {
      throw toPostgresError(error);
    }
  }

  /** The only row of an answer. @throws PostgresError */
  async one<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row> {
    const [row] = await this.query<Row>(sql, parameters);
    if (row === undefined) throw new PostgresError('the answer has no row', 'unknown');
    return row;
  }

  /** Ends politely, or else at once; never fails. */
  async end(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#cut);
    await within(END_TIMEOUT_MS, 'no end', this.#client.end(), this.#cut).catch(() => undefined);
    this.#cut();
  }
}

async function open(
  { host, port, database, user, password, tls }: ConnectionSettings,
  { resolver = SYSTEM, address }: SessionOptions,
  socket: Socket,
): Promise<Client> {
  const [target] = address === undefined ? await resolve(host, resolver) : [address];
  if (target === undefined) throw new PostgresError(`${host} has no address`, 'ENOTFOUND');
  const client = new Client({
    host: target,
    port,
    database,
    user,
    password: await password(),
    application_name: 'switchback',
    keepAlive: true,
    stream: () => socket,
    ssl:
      tls === undefined
        ? false
        : { servername: host, ...(tls.ca === undefined ? {} : { ca: await tls.ca() }) },
  });
  // Whoever waits for an answer hears of a lost connection there.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function within<T>(ms: number, what: string, work: Promise<T>, cut: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      cut();
      reject(new PostgresError(`${what} within ${ms} ms`, 'timeout'));
    }, ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined); // nobody waits for it after the limit
  }
}
