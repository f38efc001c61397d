import { setTimeout as delay } from 'node:timers/promises';
import type { LagSample } from '../contract/lag';
import { limit } from '../util/limit';
import { now } from '../util/now';
import type { PairDatabase } from './databases';
import { PostgresError, toPostgresError } from './error';
import { measureLag } from './lag';
import { OF_OTHERS, QUESTIONS, type Question, SERVER } from './questions';
import type { Session, SessionOptions } from './session';

/** One fact: the answer, or why there is none (the role may not, this version cannot). */
export type Told<T> = { ok: true; value: T } | { ok: false; why: string };

/** What one database says of itself. Positions in the WAL are bytes since its begin, in decimal. */
export interface DatabaseFacts {
  readonly server: ServerFacts;
  readonly told: { readonly [Name in Question]: Told<Answers[Name]> };
}

export interface ServerFacts {
  /** `18.4`, perhaps with a word of the packager behind. */
  version: string;
  /** What the server is, whatever anybody calls it: a standby, or one that takes writes. */
  inRecovery: boolean;
  user: string;
  /** Member of `pg_read_all_stats`, as every member of `pg_monitor` is. */
  seesAll: boolean;
}

/** Keyed as the questions are. */
export interface Answers {
  /** The same on all that descend from one initdb. */
  systemIdentifier: string;
  wal: Wal;
  /** Of the last checkpoint; behind that of {@link Wal} and {@link Receiver} until the next one. */
  controlTimeline: number;
  /** False on a server that does not replay. */
  replayPaused: boolean;
  /** Null: no process receives. */
  receiver: Receiver | null;
  /** Whoever streams from this server: standbys, backups, logical subscribers. */
  senders: readonly Sender[];
  /** Of clients, the oldest first, at most 20. */
  transactions: readonly { pid: number; seconds: number; state: string; writes: boolean }[];
  preparedTransactions: { count: number; seconds: number | null };
  /** Sessions of clients that hold an AccessExclusiveLock on a relation of this database, or want one of any. */
  exclusiveLocks: { held: number; awaited: number };
  /** `CREATE INDEX`, `VACUUM FULL`, …: one for each that is running. */
  rebuilds: readonly string[];
  /** Without temporary ones. */
  slots: readonly Slot[];
  subscriptions: readonly { name: string; enabled: boolean; database: string }[];
  /** Setting → value as `pg_settings` spells it; those that this version does not have are left out. */
  settings: Readonly<Record<string, string>>;
  /** Installed in the database that was connected to: name → version. */
  extensions: Readonly<Record<string, string>>;
  /** That the server could install: name → versions. */
  availableExtensions: Readonly<Record<string, readonly string[]>>;
  /** Sessions of others than this one, in all databases. */
  connections: { clients: number; senders: number };
  /**
   * How many sessions more the role's CONNECTION LIMIT allows, and that of the database; null: there is no limit. Null as
   * a whole for a superuser.
   */
  freeSessions: { role: number | null; database: number | null } | null;
  /** Whether the last thing that the archiver did was to fail, and when it failed last. */
  archiver: { failing: boolean; failedSecondsAgo: number | null };
  /** WAL files that wait to be archived. */
  archiveReady: number;
  /** Whether `switchback.probe` is there, and the role may read, insert and delete. */
  probe: { exists: boolean; allowed: boolean };
}

export interface Wal {
  /** Written, or replayed by a standby; null on a standby that has replayed nothing. */
  position: string | null;
  /** What a standby has received. */
  received?: string | null;
  /** Of a server that takes writes. */
  timeline?: number;
}

/** The fields are null where the role may not see them, or nothing was heard yet. */
export interface Receiver {
  status: string | null;
  timeline: number | null;
  /** `host:port` of the server that sends. */
  sender: string | null;
  /** The end of the sender's WAL, as it was last told. */
  reported: string | null;
  silentSeconds: number | null;
}

/** The fields are null where the role may not see them. */
export interface Sender {
  name: string;
  state: string | null;
  sent: string | null;
  replayed: string | null;
  sync: string | null;
  logical: boolean;
}

export interface Slot {
  name: string;
  type: 'physical' | 'logical';
  plugin: string | null;
  database: string | null;
  active: boolean;
  /** In PostgreSQL's own form, `0/16B3748`. */
  lsn: string | null;
  /** To be synchronised to standbys; null before PostgreSQL 17. */
  failover: boolean | null;
  /** Synchronised from the server that this one follows. */
  synced: boolean | null;
}

/** One side: its facts, or why it could not be asked; and when. */
export type SideReading =
  | { ok: true; at: string; facts: DatabaseFacts }
  | { ok: false; at: string; error: PostgresError };

export interface PairReading {
  primary: SideReading;
  recovery: SideReading;
  /** At the lag between the two, if one takes writes and the other does not; oldest first. */
  looks: LagSample[];
}

/** For everything together: a database that hangs must not hold up whoever wants to know that it does. */
const LIMIT_MS = 15_000;
/** A side that refuses this soon may be restarting, and is asked once more. */
const SOON_MS = 2_000;
const AGAIN_AFTER_MS = 1_000;
/** By then a standby across a continent has what was written at the first look. */
const SECOND_LOOK_MS = 400;
/** Not allowed, not known to this version, not possible in this state, or too slow: no reason to give up the session. */
const OF_ONE_QUESTION = /^(42...|0A000|22...|55...|57014|40001)$/;

/** Asks both sides at once, each in one session, and in one statement if the role may ask all of it. Never fails. */
export async function readDatabases(
  database: PairDatabase,
  { limitMs = LIMIT_MS, ...options }: SessionOptions & { limitMs?: number } = {},
): Promise<PairReading> {
  const late = new PostgresError(`not all was answered within ${limitMs} ms`, 'timeout');
  const { signal, end } = limit(limitMs, options.signal, late);
  const primary = new AskedSide(database, 'primary', { ...options, signal });
  const recovery = new AskedSide(database, 'recovery', { ...options, signal });
  try {
    const [ofPrimary, ofRecovery] = await Promise.all([primary.read(), recovery.read()]);
    return { primary: ofPrimary, recovery: ofRecovery, looks: await lookTwice([primary, recovery], signal) };
  } finally {
    end();
    await Promise.all([primary.end(), recovery.end()]);
  }
}

/** A side and the session in which it is asked. */
class AskedSide {
  session: Session | undefined;
  /** Once it was asked. */
  inRecovery: boolean | undefined;

  constructor(
    private readonly database: PairDatabase,
    private readonly side: 'primary' | 'recovery',
    private readonly options: SessionOptions & { signal: AbortSignal },
  ) {}

  async read(): Promise<SideReading> {
    const start = performance.now();
    const first = await this.#try();
    if (first.ok || first.error.isCredentialRefused || performance.now() - start > SOON_MS) return first;
    await pause(AGAIN_AFTER_MS, this.options.signal);
    return this.options.signal.aborted ? first : this.#try();
  }

  async end(): Promise<void> {
    await this.session?.end();
    this.session = undefined;
  }

  async #try(): Promise<SideReading> {
    try {
      this.session = await this.database.open(this.side, this.options);
      const facts = await askAll(this.session);
      this.inRecovery = facts.server.inRecovery;
      return { ok: true, at: now(), facts };
    } catch (error) {
      await this.end();
      return { ok: false, at: now(), error: toPostgresError(error) };
    }
  }
}

async function askAll(session: Session): Promise<DatabaseFacts> {
  const parts = Object.entries(QUESTIONS).map(([name, expression]) => `'${name}', ${expression}`);
  const all = `SELECT ${SERVER} AS server, json_build_object(${parts.join(',\n')}) AS answers`;
  try {
    const { server, answers } = await session.one<{ server: ServerFacts; answers: Answers }>(all);
    return factsOf(server, (question) => ({ ok: true, value: answers[question] }));
  } catch (error) {
    if (!OF_ONE_QUESTION.test(toPostgresError(error).code)) throw error;
    return askOneByOne(session);
  }
}

async function askOneByOne(session: Session): Promise<DatabaseFacts> {
  const { server } = await session.one<{ server: ServerFacts }>(`SELECT ${SERVER} AS server`);
  const told: Partial<Record<Question, Told<unknown>>> = {};
  for (const [question, expression] of Object.entries(QUESTIONS) as [Question, string][]) {
    try {
      const { answer } = await session.one<{ answer: unknown }>(`SELECT ${expression} AS answer`);
      told[question] = { ok: true, value: answer };
    } catch (error) {
      const { message, code } = toPostgresError(error);
      told[question] = { ok: false, why: `${message} (${code})` };
    }
  }
  return factsOf(server, (question) => told[question] as Told<unknown>);
}

function factsOf(server: ServerFacts, tell: (question: Question) => Told<unknown>): DatabaseFacts {
  const hidden = { ok: false, why: `the role ${server.user} is no member of pg_monitor` } as const;
  const told = (Object.keys(QUESTIONS) as Question[]).map((question) => [
    question,
    OF_OTHERS.includes(question) && !server.seesAll ? hidden : tell(question),
  ]);
  return { server, told: Object.fromEntries(told) as DatabaseFacts['told'] };
}

/** The second look, where there is something outstanding, shows whether that was just under way. */
async function lookTwice(sides: readonly AskedSide[], signal: AbortSignal): Promise<LagSample[]> {
  const active = sides.filter(({ inRecovery }) => inRecovery === false);
  const passive = sides.filter(({ inRecovery }) => inRecovery === true);
  if (active.length > 1 || passive.length > 1 || active.length + passive.length === 0) return [];
  const look = () => measureLag(active[0]?.session, passive[0]?.session);
  const first = await look();
  if (first.bytes === undefined || first.bytes === 0) return [first];
  await pause(SECOND_LOOK_MS, signal);
  return [first, await look()];
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
