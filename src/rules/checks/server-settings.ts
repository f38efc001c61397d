import { formatDuration } from '../../contract/duration';
import type { Answers } from '../../postgres';
import type { Facts } from '../facts';
import { byDatabases, type Database, type Databases } from './by-databases';
import { type Answer, type Finding, few, type Row, worst } from './row';

type Judged = Omit<Answer, 'evidence'>;
type Settings = Answers['settings'];

/** A standby replays only if none of them is lower than on its primary (PostgreSQL docs, "Hot Standby"). */
const NOT_LOWER = [
  'max_connections',
  'max_worker_processes',
  'max_wal_senders',
  'max_prepared_transactions',
  'max_locks_per_transaction',
];
/** So many WAL files waiting (16 MiB each, by default) are more than what the archiver has in hand at any time. */
/** The most that a run has open on one server at once: its probe, and what proof and endpoint open beside it. */
const SESSIONS_OF_A_RUN = 5;
const BACKLOG_FILES = 16;

/** The passive side can do what the active one does now. */
export const SERVER_SETTINGS: readonly Row<Facts>[] = [
  {
    id: 'writes-allowed',
    title: 'The passive side will take writes once it is active',
    guards: 'write',
    looksAt: 'default_transaction_read_only of the passive side',
    wanted: 'off',
    remedy:
      'Aiven turns it on when a disk is almost full: make room. Otherwise find out who set it, or applications cannot write after the switchback.',
    judge: byDatabases({ passive: ['settings'] }, ({ passive }) => {
      const value = passive.settings.default_transaction_read_only;
      if (value === undefined) return notTold(passive, 'default_transaction_read_only');
      const observed = `${passive.name}: default_transaction_read_only is ${value}`;
      return { finding: value === 'off' ? 'pass' : 'ack', observed };
    }),
  },
  {
    id: 'synchronous-settings',
    title: 'No commit will wait for a standby that is not there',
    guards: 'write',
    looksAt: 'synchronous_standby_names, synchronous_commit and pg_stat_replication of the passive side',
    wanted: 'no synchronous standby, or one that streams',
    remedy:
      'After the switchback every commit waits until such a standby streams. See that it will, or take synchronous_standby_names back for the time.',
    judge: byDatabases({ passive: ['settings', 'senders'] }, judgeSynchronous),
  },
  {
    id: 'standby-settings',
    title: 'Each side can be the standby of the other',
    guards: 'write',
    looksAt: `${NOT_LOWER.join(', ')} of both sides`,
    wanted: 'the same values',
    remedy:
      'Raise them on the side where they are lower (it takes a restart), or bring both services to the same plan: a standby with lower ones stops replaying.',
    judge: byDatabases({ active: ['settings'], passive: ['settings'] }, judgeStandbySettings),
  },
  {
    id: 'extensions',
    title: 'The passive side has the extensions that are in use',
    guards: 'write',
    looksAt: 'pg_extension of the active side, pg_available_extension_versions of both',
    wanted: 'each installed extension, in its version, available on the passive side',
    remedy:
      'Let both services get the same maintenance update first. Functions of an extension that is missing fail after the switchback.',
    judge: byDatabases(
      { active: ['extensions', 'availableExtensions'], passive: ['availableExtensions'] },
      judgeExtensions,
    ),
  },
  {
    id: 'connection-headroom',
    title: 'The passive side takes as many sessions as there are now',
    guards: 'write',
    looksAt:
      'client sessions of the active side; max_connections and what is reserved of it on the passive side',
    wanted: 'room for all of them',
    remedy:
      'Raise max_connections or the plan of the passive side, put a pool in front, or close unused sessions: the last ones are refused after the switchback.',
    judge: byDatabases({ active: ['connections'], passive: ['settings'] }, judgeHeadroom),
  },
  {
    id: 'wal-senders',
    title: 'The passive side can send WAL to the other one',
    guards: 'write',
    looksAt:
      'max_wal_senders, max_replication_slots, WAL senders and slots in use on the passive side; WAL senders of the active side',
    wanted: 'one WAL sender and one replication slot free, and as many senders as the active side uses',
    remedy:
      'Raise max_wal_senders or max_replication_slots on the passive side, or remove what uses them: without, the other side cannot follow after the switchback.',
    judge: byDatabases(
      { active: ['connections'], passive: ['connections', 'settings', 'slots'] },
      judgeSenders,
    ),
  },
  {
    id: 'archive-backlog',
    title: 'WAL is archived without delay',
    guards: 'write',
    looksAt: 'pg_stat_archiver and pg_ls_archive_statusdir() of both sides',
    wanted: `no failing archiver, and fewer than ${BACKLOG_FILES} files waiting`,
    remedy:
      'Until it is archived, a point in time cannot be restored, and the WAL fills the disk. Wait until it is, or find out why it fails; on Aiven, ask support.',
    judge: byDatabases(
      { active: ['archiver', 'archiveReady', 'settings'], passive: ['archiver', 'archiveReady', 'settings'] },
      judgeArchives,
    ),
  },
  {
    id: 'probe-ready',
    title: 'The run can measure the write gap',
    guards: 'write',
    looksAt:
      'the table switchback.probe on both sides, the rights of the role on it, the connection limits of role and database, and where the Service URI leads',
    wanted: `the table, SELECT, INSERT and DELETE on it, ${SESSIONS_OF_A_RUN} sessions, and a Service URI that leads to a server that takes writes`,
    remedy:
      'Check serviceUri and the first of the resolvers (docs/database.md). Run deploy/database.sql on the active side, in the database that the Service URI names. Raise a CONNECTION LIMIT that is too low. Without it the run goes on, but measures neither the gap nor lost rows.',
    judge: byDatabases({ active: ['probe'], passive: ['probe'] }, judgeProbe),
  },
];

function judgeSynchronous({ passive }: Databases<never, 'settings' | 'senders'>): Judged {
  const { synchronous_standby_names: names, synchronous_commit: commit } = passive.settings;
  if (names === undefined || commit === undefined) return notTold(passive, 'synchronous_standby_names');
  const told = `${passive.name}: synchronous_commit ${commit}`;
  if (names.trim() === '') return { finding: 'pass', observed: `${told}, no synchronous standby` };
  const observed = `${told}, synchronous_standby_names ${names}`;
  if (commit === 'off' || commit === 'local') return { finding: 'pass', observed };
  const standbys = passive.senders.filter(({ state, logical }) => state === 'streaming' && !logical);
  if (standbys.length === 0) return { finding: 'ack', observed: `${observed}; nothing streams from it now` };
  // Which of them the setting means, only PostgreSQL knows once it takes writes.
  return { finding: 'warn', observed: `${observed}; ${standbys.length} streaming from it now` };
}

function judgeStandbySettings({ active, passive }: Databases<'settings', 'settings'>): Judged {
  const values = NOT_LOWER.map((name) => ({
    name,
    here: numberOf(active.settings, name),
    there: numberOf(passive.settings, name),
  }));
  const unknown = values.filter(({ here, there }) => here === undefined || there === undefined);
  if (unknown.length > 0) {
    return { finding: 'unknown', observed: `not told: ${few(unknown.map(({ name }) => name))}` };
  }
  const onActive = values.filter(({ here, there }) => Number(here) < Number(there));
  const onPassive = values.filter(({ here, there }) => Number(there) < Number(here));
  const observed = [
    ...onActive.map(({ name, here, there }) => `${active.name} has ${name} ${here} instead of ${there}`),
    ...onPassive.map(({ name, here, there }) => `${passive.name} has ${name} ${there} instead of ${here}`),
  ].join(', ');
  // The active side becomes the standby; whether the passive one still replays is another check's.
  if (onActive.length > 0) return { finding: 'block', observed };
  if (onPassive.length > 0) return { finding: 'ack', observed };
  return { finding: 'pass', observed: values.map(({ name, here }) => `${name} ${here}`).join(', ') };
}

function judgeExtensions({
  active,
  passive,
}: Databases<'extensions' | 'availableExtensions', 'availableExtensions'>): Judged {
  const installed = Object.entries(active.extensions);
  const isOffered = (by: Answers['availableExtensions'], name: string, version: string) =>
    (Object.hasOwn(by, name) ? by[name] : undefined)?.includes(version) === true;
  const missing = installed.filter(([name]) => !Object.hasOwn(passive.availableExtensions, name));
  const otherVersion = installed.filter(
    ([name, version]) =>
      Object.hasOwn(passive.availableExtensions, name) &&
      !isOffered(passive.availableExtensions, name, version) &&
      // A version that the active side itself does not offer any more runs there all the same.
      isOffered(active.availableExtensions, name, version),
  );
  const named = (list: typeof installed) => few(list.map(([name, version]) => `${name} ${version}`));
  const found = [
    ...(missing.length > 0 ? [`${passive.name} lacks ${named(missing)}`] : []),
    ...(otherVersion.length > 0 ? [`${passive.name} has another version of ${named(otherVersion)}`] : []),
  ];
  if (found.length > 0) return { finding: 'ack', observed: found.join('; ') };
  return { finding: 'pass', observed: `${passive.name} has all ${installed.length} of ${active.name}` };
}

function judgeHeadroom({ active, passive }: Databases<'connections', 'settings'>): Judged {
  const limit = numberOf(passive.settings, 'max_connections');
  if (limit === undefined) return notTold(passive, 'max_connections');
  const reserved =
    (numberOf(passive.settings, 'superuser_reserved_connections') ?? 0) +
    (numberOf(passive.settings, 'reserved_connections') ?? 0);
  const { clients } = active.connections;
  const room = limit - reserved;
  const observed = `${clients} sessions on ${active.name}; ${passive.name} takes ${room} (max_connections ${limit}, ${reserved} reserved)`;
  return { finding: clients > room ? 'ack' : 'pass', observed };
}

function judgeSenders({
  active,
  passive,
}: Databases<'connections', 'connections' | 'settings' | 'slots'>): Judged {
  const senders = numberOf(passive.settings, 'max_wal_senders');
  const slots = numberOf(passive.settings, 'max_replication_slots');
  if (senders === undefined || slots === undefined) return notTold(passive, 'max_wal_senders');
  const freeSenders = senders - passive.connections.senders;
  const freeSlots = slots - passive.slots.length;
  const used = active.connections.senders;
  const observed = `${passive.name}: ${freeSenders} of ${senders} WAL senders and ${freeSlots} of ${slots} replication slots free; ${active.name} uses ${used} WAL senders`;
  if (freeSenders < 1) return { finding: 'block', observed };
  return { finding: freeSenders < used || freeSlots < 1 ? 'ack' : 'pass', observed };
}

type Archive = Database<'archiver' | 'archiveReady' | 'settings'>;

function judgeArchives({
  active,
  passive,
}: Databases<'archiver' | 'archiveReady' | 'settings', 'archiver' | 'archiveReady' | 'settings'>): Judged {
  const found = [active, passive].map(stateOfArchive);
  return {
    finding: worst(
      found.map(({ finding }) => finding),
      'warn',
    ),
    observed: found.map(({ text }) => text).join('; '),
  };
}

function stateOfArchive({ name, archiver, archiveReady, settings }: Archive): {
  finding: Finding;
  text: string;
} {
  const { failing, failedSecondsAgo } = archiver;
  const waiting = `${archiveReady} ${archiveReady === 1 ? 'file' : 'files'} waiting`;
  if (settings.archive_mode === 'off') return { finding: 'pass', text: `${name}: archives by other means` };
  if (failing) {
    const ago = failedSecondsAgo === null ? '' : `, last ${formatDuration(failedSecondsAgo * 1_000)} ago`;
    return { finding: 'ack', text: `${name}: the archiver fails${ago}, ${waiting}` };
  }
  return { finding: archiveReady >= BACKLOG_FILES ? 'ack' : 'pass', text: `${name}: ${waiting}` };
}

function judgeProbe({ active, passive, service }: Databases<'probe', 'probe'>): Judged {
  const wrong = [active, passive].flatMap(({ name, probe: { exists, allowed } }) => {
    if (!exists) return [`${name} has no table switchback.probe`];
    return allowed ? [] : [`the role may not read, insert and delete in switchback.probe on ${name}`];
  });
  for (const { name, ask } of [active, passive]) {
    const { role, database } = ask('freeSessions') ?? {};
    if (isTooFew(role)) wrong.push(`the role may open only ${role} more sessions on ${name}`);
    if (isTooFew(database)) wrong.push(`the database takes only ${database} more sessions on ${name}`);
  }
  if (service?.ok === false) wrong.push(service.why);
  if (service?.ok && (service.value.inRecovery || service.value.readOnly))
    wrong.push('the Service URI leads to a server that takes no writes');
  if (wrong.length > 0) return { finding: 'warn', observed: wrong.join('; ') };
  return { finding: 'pass', observed: `switchback.probe is there, and the role may use it` };
}

function isTooFew(sessions: number | null | undefined): boolean {
  return typeof sessions === 'number' && sessions < SESSIONS_OF_A_RUN;
}

function numberOf(settings: Settings, name: string): number | undefined {
  const value = settings[name];
  return value === undefined || !/^-?\d+$/.test(value) ? undefined : Number(value);
}

function notTold({ name }: { name: string }, setting: string): Judged {
  return { finding: 'unknown', observed: `${name} does not tell ${setting}` };
}
