import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { compact } from '../util/compact';
import { cancelStatement } from './cancel';
import { StrictClient } from './client';
import { PostgresError, toPostgresError } from './error';
import { GuardedSocket } from './guarded-socket';
import { within } from './limit';
import { resolve, SYSTEM } from './resolve';
import type { ConnectionSettings } from './settings';

/** How long opening a session may take, names and credentials included. */
const CONNECT_TIMEOUT_MS = 5_000;
/** How long one statement may take. */
const STATEMENT_TIMEOUT_MS = 5_000;
/** The server gives up first, so that it says so; a server that is not there any more says nothing. */
const NETWORK_MARGIN_MS = 500;
const END_TIMEOUT_MS = 500;
/** How soon a statement ends whose server has taken the request to cancel it. */
const CANCELLED_WITHIN_MS = 500;
/** The routine of PostgreSQL in which a commit waits for a synchronous standby; its messages may be in any language. */
const SYNC_REP_ROUTINE = 'SyncRepWaitForLSN';
/** The address does not answer, so another one of the same name may. */
const NEXT_ADDRESS = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'timeout']);

export interface SessionOptions {
  connectTimeoutMs?: number;
  statementTimeoutMs?: number;
  /** Who resolves the name (default: the system). */
  resolver?: string;
  /** Connects to this very address instead of resolving the name. */
  address?: string;
  /** Cuts the connection. */
  signal?: AbortSignal;
  /** Called for a statement that goes on in the server although it was cancelled; resolves when that is over. */
  onHanging?: (over: Promise<void>) => void;
}

/**
 * One connection whose every step has a time limit, whatever the network does: when the limit is over the socket is
 * destroyed. Shows up in `pg_stat_activity` as `switchback`. No environment variable has a say in it.
 */
export class Session {
  readonly #client: StrictClient;
  readonly #socket: GuardedSocket;
  readonly #statementTimeoutMs: number;
  readonly #onHanging: SessionOptions['onHanging'];
  /** Whether a commit of this session waited for a synchronous standby until it was cancelled. */
  #waitedForStandby = false;

  private constructor(
    client: StrictClient,
    socket: GuardedSocket,
    { statementTimeoutMs = STATEMENT_TIMEOUT_MS, onHanging }: SessionOptions,
  ) {
    this.#client = client;
    this.#socket = socket;
    this.#statementTimeoutMs = statementTimeoutMs;
    this.#onHanging = onHanging;
    client.on('notice', ({ routine }) => {
      this.#waitedForStandby ||= routine === SYNC_REP_ROUTINE;
    });
  }

  /**
   * Tries the addresses of a name in turn, each with its share of the time.
   *
   * @throws PostgresError
   */
  static async open(settings: ConnectionSettings, options: SessionOptions = {}): Promise<Session> {
    const { connectTimeoutMs = CONNECT_TIMEOUT_MS, resolver = SYSTEM, address, signal } = options;
    const deadline = Date.now() + connectTimeoutMs;
    const addresses =
      address === undefined
        ? await resolve(settings.host, resolver, { timeoutMs: connectTimeoutMs, signal })
        : [address];
    for (const [index, target] of addresses.entries()) {
      const shareMs = Math.ceil((deadline - Date.now()) / (addresses.length - index));
      try {
        return await Session.#openAt(target, settings, options, Math.max(shareMs, 1));
      } catch (error) {
        const refusal = toPostgresError(error);
        const isLast = index === addresses.length - 1;
        if (isLast || signal?.aborted || !NEXT_ADDRESS.has(refusal.code)) throw refusal;
      }
    }
    throw new PostgresError(`${settings.host} has no address`, 'ENOTFOUND');
  }

  static async #openAt(
    target: string,
    settings: ConnectionSettings,
    options: SessionOptions,
    timeoutMs: number,
  ): Promise<Session> {
    const socket = new GuardedSocket(options.signal);
    try {
      const opening = connect(target, settings, socket, options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS);
      const client = await socket.within(timeoutMs, `no session with ${settings.host}`, opening);
      return new Session(client, socket, options);
    } catch (error) {
      const refusal = toPostgresError(error);
      socket.cut(refusal);
      throw refusal;
    }
  }

  /** @throws PostgresError; after a `timeout` or `sync-rep` the session is of no use any more. */
  async query<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const limit = this.#statementTimeoutMs + NETWORK_MARGIN_MS;
    let isOver = false;
    try {
      this.#socket.assertWhole();
      // Without parameters the simple protocol: one round trip, also through a pooler.
      const asked = parameters.length > 0 ? this.#client.query(sql, parameters) : this.#client.query(sql);
      const over = () => {
        isOver = true;
      };
      const ended = asked.then(over, over);
      try {
        const { rows } = await within(limit, 'no answer', asked, this.#socket.whenCut);
        return rows as Row[];
      } catch (error) {
        throw isOver ? error : await this.#giveUp(toPostgresError(error), ended);
      }
    } catch (error) {
      throw toPostgresError(error);
    }
  }

  /**
   * Ends a statement in the server that is no longer waited for here. It would go on there and keep its connection: a
   * commit that waits for a synchronous standby heeds neither `statement_timeout` nor a client that has left. What such
   * a statement did is unknown, whatever it answers now.
   *
   * @param ended resolves when the statement has ended, however it did.
   * @returns why it was given up.
   */
  async #giveUp(why: PostgresError, ended: Promise<void>): Promise<PostgresError> {
    const isTaken = cancelStatement(this.#client.cancelKey).then(
      () => true,
      () => false,
    );
    // It cannot be heard any more.
    if (this.#socket.whenCut.aborted) return why;
    const isHanging = (await isTaken) && !(await isWithin(CANCELLED_WITHIN_MS, ended));
    if (isHanging && this.#onHanging !== undefined) this.#onHanging(ended.then(() => this.#socket.cut(why)));
    else this.#socket.cut(why);
    return this.#waitedForStandby ? WAITED_FOR_STANDBY : why;
  }

  /** The only row of an answer. @throws PostgresError */
  async one<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row> {
    const [row] = await this.query<Row>(sql, parameters);
    if (row === undefined) throw new PostgresError('the answer has no row', 'unknown');
    return row;
  }

  /** Ends politely, or else at once; never fails. */
  async end(): Promise<void> {
    await this.#socket.within(END_TIMEOUT_MS, 'no end', this.#client.end()).catch(() => undefined);
    this.#socket.cut(new PostgresError('the session has ended', 'connection-lost'));
  }
}

const WAITED_FOR_STANDBY = new PostgresError(
  'the commit waited in SyncRep for a synchronous standby that does not confirm it (synchronous_standby_names)',
  'sync-rep',
);

async function isWithin(ms: number, work: Promise<void>): Promise<boolean> {
  return within(ms, 'no end', work).then(
    () => true,
    () => false,
  );
}

/**
 * What our statements rely on, whatever the database or the role sets for its sessions: serializable is refused on a
 * standby. `default_transaction_read_only` is left as it is: it is evidence.
 */
const OWN_DEFAULTS = [
  `SET default_transaction_isolation = 'read committed'`,
  'SET default_transaction_deferrable = off',
] as const;

async function connect(
  target: string,
  { host, port, database, user, password, tls }: ConnectionSettings,
  socket: GuardedSocket,
  statementTimeoutMs: number,
): Promise<StrictClient> {
  const [secret, ca] = await Promise.all([
    readSecret('password', password),
    tls?.ca && readSecret('ca', tls.ca),
  ]);
  if (secret === '') throw new PostgresError('the password is empty', 'no-password');
  socket.assertWhole();
  const client = new StrictClient({
    host: target,
    port,
    database,
    user,
    password: secret,
    application_name: 'switchback',
    keepAlive: true,
    stream: () => socket.socket,
    ssl: tls === undefined ? false : tlsOptions(tls.servername ?? host, ca),
  });
  // Whoever waits for an answer hears of a lost connection there.
  client.on('error', () => undefined);
  await client.connect();
  await client.query([`SET statement_timeout = ${statementTimeoutMs}`, ...OWN_DEFAULTS].join('; '));
  return client;
}

/** The name is the configured one, whatever address was connected to. An address has no name to be sent (RFC 6066). */
function tlsOptions(host: string, ca: string | undefined): ConnectionOptions {
  return {
    // Said although it is the default: NODE_TLS_REJECT_UNAUTHORIZED would change that.
    rejectUnauthorized: true,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...compact({ ca }),
  };
}

/** Both are files, as a rule, and a file can be missing at any moment. */
async function readSecret(what: 'password' | 'ca', read: () => Promise<string>): Promise<string> {
  try {
    return await read();
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new PostgresError(`the ${what} cannot be read (${code})`, `no-${what}`, { cause: error });
  }
}
