import type { LagSample } from '../../src/contract/lag';
import type { Answers, DatabaseFacts, Question } from '../../src/postgres';
import type { Fact, PairDatabaseFacts } from '../../src/rules/facts';
import { known, NOW, PRIMARY, RECOVERY } from './facts';

/** Of one database: answers that replace those of a healthy one, and questions that were refused. */
export interface DatabaseLook extends Partial<Answers> {
  inRecovery?: boolean;
  refused?: Question | Question[];
}

const SETTINGS = {
  max_connections: '100',
  max_worker_processes: '8',
  max_wal_senders: '10',
  max_prepared_transactions: '0',
  max_locks_per_transaction: '64',
  max_replication_slots: '10',
  superuser_reserved_connections: '3',
  reserved_connections: '2',
  synchronous_standby_names: '',
  synchronous_commit: 'on',
  archive_mode: 'on',
  default_transaction_read_only: 'off',
};
export const POSITION = '50331648';
export const SENDER = {
  name: 'walreceiver',
  state: 'streaming',
  sent: POSITION,
  replayed: POSITION,
  sync: 'async',
  logical: false,
};
export const RECEIVER = {
  status: 'streaming',
  timeline: 2,
  sender: '192.0.2.7:5432',
  reported: POSITION,
  silentSeconds: 4.2,
};

const HEALTHY: Answers = {
  systemIdentifier: '7711186344073421080',
  wal: { position: POSITION, timeline: 2 },
  controlTimeline: 2,
  replayPaused: false,
  receiver: null,
  senders: [SENDER],
  transactions: [{ pid: 5, seconds: 2, state: 'active', writes: true }],
  preparedTransactions: { count: 0, seconds: null },
  exclusiveLocks: { held: 0, awaited: 0 },
  rebuilds: [],
  slots: [],
  subscriptions: [],
  settings: SETTINGS,
  extensions: { plpgsql: '1.0' },
  availableExtensions: { plpgsql: ['1.0'], pg_trgm: ['1.5', '1.6'] },
  connections: { clients: 12, senders: 1 },
  archiver: { failing: false, failedSecondsAgo: null },
  archiveReady: 0,
  freeSessions: { role: null, database: null },
  probe: { exists: true, allowed: true },
};

/** The settings of a healthy database, with changes; `undefined`: this version does not have it. */
export function settings(changes: Record<string, string | undefined>): Record<string, string> {
  const all = Object.entries({ ...SETTINGS, ...changes });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export function database({ inRecovery = false, refused = [], ...answers }: DatabaseLook): DatabaseFacts {
  const of: Partial<Answers> = inRecovery
    ? { wal: { position: POSITION, received: POSITION }, receiver: RECEIVER, senders: [] }
    : {};
  const standby = inRecovery ? { connections: { clients: 0, senders: 0 } } : {};
  const all = Object.entries({ ...HEALTHY, ...of, ...standby, ...answers });
  const why = 'permission denied (42501)';
  const told = all.map(([question, value]) => [
    question,
    [refused].flat().includes(question as Question) ? { ok: false, why } : { ok: true, value },
  ]);
  const server = { version: '18.4', inRecovery, user: 'switchback', seesAll: true };
  return { server, told: Object.fromEntries(told) as DatabaseFacts['told'] };
}

/** The databases of a pair that is ready for its switchback: the recovery side takes writes. */
export function databases(
  looks: { active?: DatabaseLook; passive?: DatabaseLook } = {},
  changes: Partial<PairDatabaseFacts> = {},
): PairDatabaseFacts {
  return {
    primary: bySql(PRIMARY, { inRecovery: true, ...looks.passive }),
    recovery: bySql(RECOVERY, { inRecovery: false, ...looks.active }),
    looks: [look({})],
    ...changes,
  };
}

export function bySql(service: string, given: DatabaseLook): Fact<DatabaseFacts> {
  return known(database(given), `SQL on ${service}`);
}

export function look(changes: Partial<LagSample>): LagSample {
  return {
    at: NOW,
    activeLsn: POSITION,
    replayLsn: POSITION,
    bytes: 0,
    seconds: 0,
    paused: false,
    ...changes,
  };
}
