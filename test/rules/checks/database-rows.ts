import type { PairDatabaseFacts } from '../../../src/rules/facts';
import {
  bySql,
  type DatabaseLook,
  databases,
  look,
  POSITION,
  RECEIVER,
  SENDER,
  settings,
} from '../databases';
import { facts, known, PRIMARY, RECOVERY, unread, withoutDatabases } from '../facts';
import type { CheckRow } from './rows';

const active = (given: DatabaseLook, changes: Partial<PairDatabaseFacts> = {}) =>
  facts({}, { database: databases({ active: given }, changes) });
const passive = (given: DatabaseLook, changes: Partial<PairDatabaseFacts> = {}) =>
  facts({}, { database: databases({ passive: given }, changes) });
const both = (onActive: DatabaseLook, onPassive: DatabaseLook) =>
  facts({}, { database: databases({ active: onActive, passive: onPassive }) });
const changed = (changes: Partial<PairDatabaseFacts>) => facts({}, { database: databases({}, changes) });
const none = withoutDatabases(facts());
const noPassive = changed({ primary: unread('SQL on pg-demo') });
const noActive = changed({ recovery: unread('SQL on pg-demo-recovery') });
const HOME = { primary: { role: 'active' }, recovery: { role: 'passive' } } as const;
const OF_SERVERS = { senders: [SENDER], connections: { clients: 0, senders: 1 } };
const receiving = (changes: Partial<typeof RECEIVER>) => passive({ receiver: { ...RECEIVER, ...changes } });
const behind = (bytes: number, more = {}) =>
  changed({ looks: [look({ replayLsn: String(Number(POSITION) - bytes), bytes, ...more })] });
const slot = (changes: object = {}) => ({
  name: 'cdc',
  type: 'logical' as const,
  plugin: 'pgoutput',
  database: 'orders',
  active: true,
  lsn: '0/3000000',
  failover: false,
  synced: false,
  ...changes,
});
const transaction = (seconds: number, writes = false) => ({
  pid: 77,
  seconds,
  state: 'idle in transaction',
  writes,
});
const CONFIGURED = /no database access is configured for demo\/pg-demo/;

export const DATABASE_ROWS: CheckRow[] = [
  [
    'database-access',
    'both',
    facts(),
    'pass',
    /pg-demo: PostgreSQL 18\.4, as switchback; pg-demo-recovery: Postgr/,
  ],
  ['database-access', 'not configured', none, 'unknown', CONFIGURED],
  [
    'database-access',
    'one side away',
    noPassive,
    'ack',
    /SQL on pg-demo: no connection; .*18\.4.*deploy\/database\.sql/,
  ],
  ['database-access', 'the other', noActive, 'ack', /recovery: no connection/],
  [
    'database-access',
    'with a right missing',
    passive({ refused: ['systemIdentifier', 'archiveReady'] }),
    'warn',
    /not all was answered: pg-demo: permission denied \(42501\)/,
  ],

  [
    'api-agrees-with-sql',
    'agree',
    facts(),
    'pass',
    /pg-demo: passive by the API, in recovery; .*active by the API, takes writes/,
  ],
  [
    'api-agrees-with-sql',
    'both take writes',
    passive({ inRecovery: false }),
    'block',
    /passive by the API, takes writes/,
  ],
  [
    'api-agrees-with-sql',
    'none takes writes',
    active({ inRecovery: true }),
    'block',
    /active by the API, in recovery/,
  ],
  [
    'api-agrees-with-sql',
    'mixed up',
    changed({ primary: bySql(PRIMARY, {}), recovery: bySql(RECOVERY, { inRecovery: true }) }),
    'block',
    /primaryUri and recoveryUri/,
  ],
  [
    'api-agrees-with-sql',
    'one side away and the other wrong',
    changed({ primary: unread('SQL on pg-demo'), recovery: bySql(RECOVERY, { inRecovery: true }) }),
    'block',
    /in recovery/,
  ],
  ['api-agrees-with-sql', 'one side away', noPassive, 'unknown', /no connection/],
  [
    'api-agrees-with-sql',
    'the API tells no such role',
    facts({ primary: { role: 'failed' } }),
    'unknown',
    /pg-demo: failed by the API/,
  ],
  ['api-agrees-with-sql', 'not configured', none, 'unknown', CONFIGURED],

  ['same-cluster', 'one', facts(), 'pass', /7711186344073421080 on both/],
  ['same-cluster', 'two', passive({ systemIdentifier: '1' }), 'block', /recovery is 7711\d+, pg-demo is 1/],
  [
    'same-cluster',
    'not allowed',
    passive({ refused: 'systemIdentifier' }),
    'unknown',
    /pg-demo: permission denied/,
  ],
  [
    'same-cluster',
    'not allowed there',
    active({ refused: 'systemIdentifier' }),
    'unknown',
    /recovery: permission/,
  ],
  ['same-cluster', 'one side away', noPassive, 'unknown', /no connection/],
  ['same-cluster', 'no roles', passive({ inRecovery: false }), 'unknown', /both take writes/],
  ['same-cluster', 'no active one', active({ inRecovery: true }), 'unknown', /both in recovery/],
  ['same-cluster', 'not configured', none, 'unknown', CONFIGURED],

  ['timeline', 'the same', facts(), 'pass', /writes timeline 2, pg-demo follows timeline 2/],
  ['timeline', 'ahead', receiving({ timeline: 3 }), 'block', /follows timeline 3/],
  [
    'timeline',
    'the same, and beyond the end',
    passive({ wal: { position: '50331649' } }),
    'block',
    /1 bytes beyond the end/,
  ],
  [
    'timeline',
    'beyond the end of an older look',
    passive({ wal: { position: '50331649' } }, { looks: [look({}), look({ activeLsn: '50331649' })] }),
    'pass',
    /timeline 2/,
  ],
  ['timeline', 'behind', receiving({ timeline: 1 }), 'ack', /follows timeline 1.*Wait until it streams/],
  [
    'timeline',
    'behind by its last checkpoint',
    passive({ receiver: null, controlTimeline: 1 }),
    'warn',
    /follows timeline 1/,
  ],
  ['timeline', 'by its checkpoint', passive({ receiver: null }), 'pass', /follows timeline 2/],
  [
    'timeline',
    'the checkpoint is nobody’s business, with a receiver',
    passive({ refused: 'controlTimeline' }),
    'pass',
    /timeline 2/,
  ],
  [
    'timeline',
    'not told',
    passive({ receiver: null, refused: 'controlTimeline' }),
    'unknown',
    /timeline of pg-demo is not known/,
  ],
  ['timeline', 'not allowed', active({ refused: 'wal' }), 'unknown', /permission/],

  ['replay-running', 'running', facts(), 'pass', /pg-demo replays/],
  [
    'replay-running',
    'paused',
    passive({ replayPaused: true }),
    'block',
    /pg-demo is paused.*pg_wal_replay_resume/,
  ],
  ['replay-running', 'the active side away', noActive, 'pass', /replays/],
  ['replay-running', 'not allowed', passive({ refused: 'replayPaused' }), 'unknown', /permission/],

  [
    'streaming',
    'it does',
    facts(),
    'pass',
    /streams from 192\.0\.2\.7:5432; one standby streams from pg-demo-recovery/,
  ],
  ['streaming', 'among others', active({ senders: [SENDER, SENDER] }), 'pass', /2 standbys stream/],
  ['streaming', 'no receiver', passive({ receiver: null }), 'ack', /pg-demo has no WAL receiver/],
  [
    'streaming',
    'a receiver that waits',
    receiving({ status: 'waiting' }),
    'ack',
    /receiver of pg-demo is waiting/,
  ],
  ['streaming', 'another timeline', receiving({ timeline: 1 }), 'ack', /receives timeline 1, .* writes 2/],
  [
    'streaming',
    'a sender that says nothing of what was written',
    receiving({ silentSeconds: 61, reported: '50331647' }),
    'ack',
    /nothing from its sender for 61 s/,
  ],
  [
    'streaming',
    'a sender that is about to',
    receiving({ silentSeconds: 60, reported: '50331647' }),
    'pass',
    /streams/,
  ],
  ['streaming', 'a sender that has nothing to say', receiving({ silentSeconds: 3_600 }), 'pass', /streams/],
  ['streaming', 'nobody there', active({ senders: [] }), 'ack', /no standby streams from pg-demo-recovery/],
  [
    'streaming',
    'only a subscriber there',
    active({ senders: [{ ...SENDER, logical: true }] }),
    'ack',
    /no standby streams/,
  ],
  [
    'streaming',
    'a standby that catches up',
    active({ senders: [{ ...SENDER, state: 'catchup' }] }),
    'ack',
    /no standby streams/,
  ],
  [
    'streaming',
    'from a server with more WAL',
    receiving({ reported: '50331649' }),
    'ack',
    /it is another server/,
  ],
  ['streaming', 'not allowed', active({ refused: 'senders' }), 'unknown', /permission/],

  ['replication-lag', 'none', facts(), 'pass', /all is replayed/],
  ['replication-lag', 'small', behind(4_096, { seconds: 4.9 }), 'pass', /4\.0 kB, 4\.9 s behind/],
  ['replication-lag', 'large', behind(44_040_192, { seconds: 12 }), 'warn', /42\.0 MB, 12 s behind/],
  [
    'replication-lag',
    'of unknown age',
    changed({ looks: [withoutAge(behindBy(4_096))] }),
    'warn',
    /4\.0 kB behind/,
  ],
  ['replication-lag', 'paused', behind(0, { paused: true }), 'warn', /paused/],
  [
    'replication-lag',
    'not known',
    changed({ looks: [{ at: 'now', problem: 'no answer' }] }),
    'unknown',
    /no answer/,
  ],
  ['replication-lag', 'by the active side alone', noPassive, 'pass', /all is replayed/],
  ['replication-lag', 'without the active side', noActive, 'unknown', /no connection/],
  ['replication-lag', 'not configured', none, 'unknown', CONFIGURED],

  ['long-transactions', 'none', facts(), 'pass', /recovery: none/],
  [
    'long-transactions',
    'some',
    active({ transactions: [transaction(720, true), transaction(60), transaction(59)] }),
    'ack',
    /recovery: pid 77 for 12 min \(idle in transaction, has written\), pid 77 for 1 min \(idle in transaction\) /,
  ],
  [
    'long-transactions',
    'short ones',
    active({ transactions: [transaction(59), transaction(9, true)] }),
    'pass',
    /none/,
  ],
  [
    'long-transactions',
    'one that has written',
    active({ transactions: [transaction(10, true)] }),
    'ack',
    /pid 77 for 10 s/,
  ],
  [
    'long-transactions',
    'on the passive side, where they harm nobody',
    passive({ transactions: [transaction(720)] }),
    'pass',
    /none/,
  ],
  ['long-transactions', 'hidden', active({ refused: 'transactions' }), 'unknown', /permission/],

  ['prepared-transactions', 'none', facts(), 'pass', /none/],
  [
    'prepared-transactions',
    'one',
    active({ preparedTransactions: { count: 1, seconds: 90 } }),
    'ack',
    /1, the oldest for 1 min 30 s/,
  ],
  ['prepared-transactions', 'hidden', active({ refused: 'preparedTransactions' }), 'unknown', /permission/],

  ['ddl-in-flight', 'none', facts(), 'pass', /none/],
  ['ddl-in-flight', 'held', active({ exclusiveLocks: { held: 1, awaited: 0 } }), 'ack', /1 session holds/],
  ['ddl-in-flight', 'awaited', active({ exclusiveLocks: { held: 0, awaited: 2 } }), 'ack', /2 wait for one/],
  [
    'ddl-in-flight',
    'an index',
    active({ rebuilds: ['CREATE INDEX CONCURRENTLY'] }),
    'ack',
    /CREATE INDEX CONC/,
  ],
  ['ddl-in-flight', 'hidden', active({ refused: 'rebuilds' }), 'unknown', /permission/],

  ['logical-slots', 'none', facts(), 'pass', /none/],
  ['logical-slots', 'a physical one', active({ slots: [slot({ type: 'physical' })] }), 'pass', /none/],
  [
    'logical-slots',
    'one',
    active({ slots: [slot()] }),
    'ack',
    /cdc \(pgoutput at 0\/3000000, in use, not on pg-demo\)/,
  ],
  [
    'logical-slots',
    'of the same name over there, but of its own',
    both({ slots: [slot()] }, { slots: [slot()] }),
    'ack',
    /not on pg-demo/,
  ],
  [
    'logical-slots',
    'with another one synchronised',
    both({ slots: [slot()] }, { slots: [slot({ name: 'other', synced: true })] }),
    'ack',
    /not on pg-demo/,
  ],
  [
    'logical-slots',
    'synchronised',
    both({ slots: [slot({ active: false })] }, { slots: [slot({ synced: true })] }),
    'warn',
    /not in use, synchronised to pg-demo/,
  ],
  ['logical-slots', 'not allowed', active({ refused: 'slots' }), 'unknown', /permission/],

  ['subscriptions', 'none', facts(), 'pass', /none/],
  [
    'subscriptions',
    'disabled',
    active({ subscriptions: [{ name: 's', enabled: false, database: 'd' }] }),
    'pass',
    /none/,
  ],
  [
    'subscriptions',
    'one',
    active({ subscriptions: [{ name: 's', enabled: true, database: 'd' }] }),
    'warn',
    /s in d/,
  ],
  ['subscriptions', 'not allowed', active({ refused: 'subscriptions' }), 'unknown', /permission/],

  ['writes-allowed', 'allowed', facts(), 'pass', /pg-demo: default_transaction_read_only is off/],
  [
    'writes-allowed',
    'not',
    passive({ settings: settings({ default_transaction_read_only: 'on' }) }),
    'ack',
    /read_only is on/,
  ],
  [
    'writes-allowed',
    'not on the active side',
    active({ settings: settings({ default_transaction_read_only: 'on' }) }),
    'pass',
    /off/,
  ],
  ['writes-allowed', 'not told', passive({ settings: {} }), 'unknown', /does not tell/],
  ['writes-allowed', 'hidden', passive({ refused: 'settings' }), 'unknown', /permission/],

  ['synchronous-settings', 'none', facts(), 'pass', /no synchronous standby/],
  [
    'synchronous-settings',
    'without such a standby',
    passive({ settings: settings({ synchronous_standby_names: '*' }) }),
    'ack',
    /synchronous_standby_names \*; nothing streams/,
  ],
  [
    'synchronous-settings',
    'with one',
    passive({ settings: settings({ synchronous_standby_names: '*' }), ...OF_SERVERS }),
    'warn',
    /1 streaming from it now/,
  ],
  [
    'synchronous-settings',
    'that no commit waits for',
    passive({ settings: settings({ synchronous_standby_names: '*', synchronous_commit: 'local' }) }),
    'pass',
    /local/,
  ],
  ['synchronous-settings', 'not told', passive({ settings: {} }), 'unknown', /does not tell/],

  ['standby-settings', 'the same', facts(), 'pass', /max_connections 100, max_worker_processes 8/],
  [
    'standby-settings',
    'lower on what becomes the standby',
    active({ settings: settings({ max_connections: '50' }) }),
    'block',
    /recovery has max_connections 50 instead of 100/,
  ],
  [
    'standby-settings',
    'lower on what is the standby',
    passive({ settings: settings({ max_locks_per_transaction: '10' }) }),
    'ack',
    /pg-demo has max_locks_per_transaction 10 instead of 64/,
  ],
  ...['max_worker_processes', 'max_wal_senders', 'max_locks_per_transaction'].map(
    (name): CheckRow => [
      'standby-settings',
      `${name} is one of them`,
      active({ settings: settings({ [name]: '1' }) }),
      'block',
      new RegExp(`${name} 1 instead of`),
    ],
  ),
  [
    'standby-settings',
    'max_prepared_transactions is one of them',
    passive({ settings: settings({ max_prepared_transactions: '5' }) }),
    'block',
    /max_prepared_transactions 0 instead of 5/,
  ],
  [
    'standby-settings',
    'not told',
    passive({ settings: settings({ max_connections: undefined }) }),
    'unknown',
    /not told: max_connections/,
  ],

  [
    'extensions',
    'all there',
    active({ extensions: { plpgsql: '1.0', pg_trgm: '1.6' } }),
    'pass',
    /has all 2 of/,
  ],
  [
    'extensions',
    'one missing',
    active({ extensions: { postgis: '3.4' } }),
    'ack',
    /pg-demo lacks postgis 3\.4/,
  ],
  [
    'extensions',
    'another version',
    both({ extensions: { pg_trgm: '1.6' } }, { availableExtensions: { pg_trgm: ['1.4', '1.5'] } }),
    'ack',
    /another version of pg_trgm 1\.6/,
  ],
  [
    'extensions',
    'a version that nobody offers any more',
    active({ extensions: { pg_trgm: '1.2' } }),
    'pass',
    /all 1/,
  ],
  ['extensions', 'not allowed', passive({ refused: 'availableExtensions' }), 'unknown', /permission/],

  [
    'connection-headroom',
    'room',
    active({ connections: { clients: 95, senders: 1 } }),
    'pass',
    /95 sessions.*takes 95/,
  ],
  [
    'connection-headroom',
    'one too many',
    active({ connections: { clients: 96, senders: 1 } }),
    'ack',
    /max_connections 100, 5 reserved/,
  ],
  [
    'connection-headroom',
    'before PostgreSQL 16',
    both(
      { connections: { clients: 97, senders: 1 } },
      { settings: settings({ reserved_connections: undefined }) },
    ),
    'pass',
    /takes 97/,
  ],
  ['connection-headroom', 'not told', passive({ settings: {} }), 'unknown', /does not tell/],
  ['connection-headroom', 'hidden', active({ refused: 'connections' }), 'unknown', /permission/],

  [
    'wal-senders',
    'enough',
    facts(),
    'pass',
    /pg-demo: 10 of 10 WAL senders and 10 of 10 replication slots free/,
  ],
  [
    'wal-senders',
    'none free',
    passive({ connections: { clients: 0, senders: 10 } }),
    'block',
    /0 of 10 WAL senders/,
  ],
  [
    'wal-senders',
    'fewer than the active side uses',
    active({ connections: { clients: 0, senders: 11 } }),
    'ack',
    /uses 11 WAL senders/,
  ],
  [
    'wal-senders',
    'no slot free',
    passive({ settings: settings({ max_replication_slots: '1' }), slots: [slot({ type: 'physical' })] }),
    'ack',
    /0 of 1 replication slots/,
  ],
  ['wal-senders', 'not told', passive({ settings: {} }), 'unknown', /does not tell/],

  ['archive-backlog', 'none', facts(), 'pass', /recovery: 0 files waiting; pg-demo: 0 files/],
  ['archive-backlog', 'some', active({ archiveReady: 15 }), 'pass', /15 files/],
  ['archive-backlog', 'many', active({ archiveReady: 16 }), 'ack', /recovery: 16 files/],
  ['archive-backlog', 'many on the passive side', passive({ archiveReady: 99 }), 'ack', /pg-demo: 99 files/],
  [
    'archive-backlog',
    'failing',
    active({ archiver: { failing: true, failedSecondsAgo: 60 } }),
    'ack',
    /the archiver fails, last 1 min ago/,
  ],
  [
    'archive-backlog',
    'no archiver',
    both(
      { archiveReady: 99, settings: settings({ archive_mode: 'off' }) },
      { archiver: { failing: true, failedSecondsAgo: 1 }, settings: settings({ archive_mode: 'off' }) },
    ),
    'pass',
    /by other means/,
  ],
  ['archive-backlog', 'not allowed', passive({ refused: 'archiveReady' }), 'unknown', /permission/],

  ['probe-ready', 'ready', facts(), 'pass', /the role may use it/],
  [
    'probe-ready',
    'missing',
    passive({ probe: { exists: false, allowed: false } }),
    'warn',
    /pg-demo has no table/,
  ],
  [
    'probe-ready',
    'not allowed',
    active({ probe: { exists: true, allowed: false } }),
    'warn',
    /role may not.*recovery/,
  ],
  [
    'probe-ready',
    'role with a limit',
    active({ freeSessions: { role: 2, database: null } }),
    'warn',
    /the role may open only 2 more sessions on .*recovery/,
  ],
  [
    'probe-ready',
    'database with a limit',
    passive({ freeSessions: { role: 5, database: 4 } }),
    'warn',
    /the database takes only 4 more sessions on pg-demo/,
  ],
  ['probe-ready', 'limits not told', passive({ refused: 'freeSessions' }), 'pass', /may use it/],
  ['probe-ready', 'unknown', active({ refused: 'probe' }), 'unknown', /permission/],
  [
    'probe-ready',
    'Service URI out of reach',
    changed({ service: { ok: false, why: 'nobody knows that name', request: 'SQL', at: '' } }),
    'warn',
    /nobody knows that name/,
  ],
  [
    'probe-ready',
    'Service URI on a standby',
    changed({
      service: known({ inRecovery: true, readOnly: true, replayPaused: false }, 'SQL'),
    }),
    'warn',
    /leads to a server that takes no writes/,
  ],

  ['same-cluster', 'of a pair at home, as it is', atHome(), 'pass', /on both/],
];

function behindBy(bytes: number) {
  return look({ replayLsn: String(Number(POSITION) - bytes), bytes });
}

function withoutAge({ seconds: _, ...rest }: ReturnType<typeof look>) {
  return rest;
}

function atHome() {
  return facts(HOME, {
    database: databases({}, { primary: bySql(PRIMARY, {}), recovery: bySql(RECOVERY, { inRecovery: true }) }),
  });
}
