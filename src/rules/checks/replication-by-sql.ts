import { describeLag, describeLimit, isWithin, type LagLimit } from '../../contract/lag';
import type { Side } from '../../contract/observation';
import type { DatabaseFacts } from '../../postgres';
import type { Facts } from '../facts';
import { lagOf } from '../lag';
import { byDatabases, type Databases, nameOf, notConfigured } from './by-databases';
import { type Answer, type Context, few, type Row } from './row';

type Judged = Omit<Answer, 'evidence'>;
type Doubt = Pick<Answer, 'finding' | 'observed'>;

/** The default of the input's maxLag; the run waits for its own limit right before it promotes. */
const LAG_LIMIT: LagLimit = { seconds: 5 };
/** New WAL is sent at once, and however idle the two are, they usually hear of each other every half minute. */
const SILENT_SECONDS = 60;
const SIDES: readonly Side[] = ['primary', 'recovery'];

/** How the replication between the two stands, by what the databases say of themselves. */
export const BY_SQL: readonly Row<Facts>[] = [
  {
    id: 'database-access',
    title: 'Both databases can be asked',
    guards: 'write',
    looksAt: 'a session with each database, and every query of these checks',
    wanted: 'both sides answer, and the role may ask all of it',
    remedy:
      'Run deploy/database.sql on the active side, and check what the worker is given (docs/database.md): addresses, password, CA. The IP filters of both services must admit it. Without it, nothing below is known.',
    judge: judgeAccess,
  },
  {
    id: 'api-agrees-with-sql',
    title: 'The databases are what the API calls them',
    guards: 'write',
    looksAt: 'pg_is_in_recovery() on both sides, and the roles of the API',
    wanted: 'the active side takes writes, the passive one is in recovery',
    remedy:
      'Do not go on. Check first that primaryUri and recoveryUri of the database access are not mixed up; if they are right, ask Aiven support which side has the data.',
    judge: judgeRoles,
  },
  {
    id: 'same-cluster',
    title: 'Both databases are copies of one',
    guards: 'write',
    looksAt: 'system_identifier of pg_control_system() on both sides',
    wanted: 'the same system identifier',
    remedy:
      'These two never replicated from each other: check the addresses of the database access, then ask Aiven support.',
    judge: byDatabases({ active: ['systemIdentifier'], passive: ['systemIdentifier'] }, judgeIdentifiers),
  },
  {
    id: 'timeline',
    title: 'The passive side follows the history of the active one',
    guards: 'write',
    looksAt:
      'the timeline of the active side’s WAL; received_tli of pg_stat_wal_receiver, or pg_control_checkpoint(), on the passive side; the WAL positions of both',
    wanted: 'the same timeline, and nothing replayed that the active side has not written',
    remedy:
      'The two have diverged: promoting the passive side would bring back another history. Ask Aiven support to rebuild it.',
    judge: byDatabases({ active: ['wal'], passive: ['wal', 'receiver'] }, judgeTimelines),
  },
  {
    id: 'replay-running',
    title: 'The passive side replays',
    guards: 'write',
    looksAt: 'pg_is_wal_replay_paused() on the passive side',
    wanted: 'the replay is not paused',
    remedy:
      'Find out who paused it and why, then: SELECT pg_wal_replay_resume() on the passive side; on Aiven, ask support. PostgreSQL pauses it by itself when a setting such as max_connections is lower than on the active side: see standby-settings.',
    judge: byDatabases({ passive: ['replayPaused'] }, ({ passive }) => ({
      finding: passive.replayPaused ? 'block' : 'pass',
      observed: passive.replayPaused
        ? `the replay on ${passive.name} is paused: it does not advance, however long the run waits`
        : `${passive.name} replays`,
    })),
  },
  {
    id: 'streaming',
    title: 'The passive side streams from the active one',
    guards: 'write',
    looksAt: 'pg_stat_wal_receiver on the passive side, pg_stat_replication on the active one',
    wanted: 'a receiver that streams the timeline of the active side, which shows a standby that streams',
    remedy:
      'Look at the network between the two and at the log of the passive side; on Aiven, ask support. Acknowledge it only if you know how the passive side gets its WAL.',
    judge: byDatabases({ active: ['wal', 'senders'], passive: ['receiver'] }, judgeStreaming),
  },
  {
    id: 'replication-lag',
    title: 'The passive side has replayed what the active one wrote',
    guards: 'write',
    looksAt: 'pg_current_wal_lsn() of the active side, then pg_last_wal_replay_lsn() of the passive one',
    wanted: describeLimit(LAG_LIMIT),
    remedy:
      'The run waits until the lag is within maxLag before it promotes. If it does not shrink, reduce the write load on the active side.',
    judge: byDatabases({ active: [] }, judgeLag),
  },
];

function judgeAccess({ facts }: Context): Answer {
  const { database } = facts;
  if (database === undefined) return notConfigured(facts);
  const evidence = SIDES.map((side) => database[side]);
  const told = SIDES.map((side) => {
    const fact = database[side];
    if (!fact.ok) return fact.why;
    const { version, user } = fact.value.server;
    return `${nameOf(facts, side)}: PostgreSQL ${version}, as ${user}`;
  });
  if (evidence.some(({ ok }) => !ok)) return { finding: 'ack', observed: told.join('; '), evidence };
  const refused = SIDES.flatMap((side) => {
    const fact = database[side];
    return fact.ok ? refusedBy(fact.value).map((why) => `${nameOf(facts, side)}: ${why}`) : [];
  });
  if (refused.length === 0) return { finding: 'pass', observed: told.join('; '), evidence };
  return { finding: 'warn', observed: `not all was answered: ${few(refused)}`, evidence };
}

/** Each reason once. */
function refusedBy({ told }: DatabaseFacts): string[] {
  return [...new Set(Object.values(told).flatMap((one) => (one.ok ? [] : [one.why])))];
}

function judgeRoles({ facts, observed }: Context): Answer {
  const { database } = facts;
  if (database === undefined) return notConfigured(facts);
  const seen = SIDES.map((side) => {
    const [fact, service] = [database[side], observed[side]];
    const role = service.readable ? service.role : 'unread';
    const expected = { active: false, passive: true }[role as string];
    const is = fact.ok ? fact.value.server.inRecovery : undefined;
    const words = is === undefined ? (fact.ok ? '' : fact.why) : is ? 'in recovery' : 'takes writes';
    return { told: `${nameOf(facts, side)}: ${role} by the API, ${words}`, expected, is };
  });
  const text = seen.map(({ told }) => told).join('; ');
  const evidence = [
    facts.primary,
    facts.recovery,
    facts.disasterRecovery,
    database.primary,
    database.recovery,
  ];
  const isKnown = ({ expected, is }: (typeof seen)[number]) => expected !== undefined && is !== undefined;
  if (seen.some((one) => isKnown(one) && one.expected !== one.is))
    return { finding: 'block', observed: text, evidence };
  return { finding: seen.every(isKnown) ? 'pass' : 'unknown', observed: text, evidence };
}

function judgeIdentifiers({ active, passive }: Databases<'systemIdentifier', 'systemIdentifier'>): Judged {
  const [here, there] = [active.systemIdentifier, passive.systemIdentifier];
  if (here === there) return { finding: 'pass', observed: `system identifier ${here} on both` };
  return { finding: 'block', observed: `${active.name} is ${here}, ${passive.name} is ${there}` };
}

function judgeTimelines({ active, passive, looks }: Databases<'wal', 'wal' | 'receiver'>): Judged {
  const written = active.wal.timeline;
  const received = passive.receiver?.timeline ?? undefined;
  // Without a receiver, the control file has to do, which is behind until the next checkpoint.
  const followed = received ?? passive.ask('controlTimeline');
  if (written === undefined || followed === undefined) {
    return { finding: 'unknown', observed: `the timeline of ${passive.name} is not known` };
  }
  const told = `${active.name} writes timeline ${written}, ${passive.name} follows timeline ${followed}`;
  if (followed > written) return { finding: 'block', observed: told };
  // The end of the active side's WAL was asked for later than what the passive side had replayed.
  const end = looks.at(-1)?.activeLsn;
  const { position } = passive.wal;
  if (end !== undefined && position !== null && BigInt(position) > BigInt(end)) {
    const beyond = BigInt(position) - BigInt(end);
    return {
      finding: 'block',
      observed: `${told}, and has replayed ${beyond} bytes beyond the end of what ${active.name} has written`,
    };
  }
  if (followed === written) return { finding: 'pass', observed: told };
  const remedy =
    'The passive side has not followed the last promotion yet. Wait until it streams, and start again; if it does not, ask Aiven support.';
  return { finding: received === undefined ? 'warn' : 'ack', observed: told, remedy };
}

function judgeStreaming(databases: Databases<'wal' | 'senders', 'receiver'>): Judged {
  const { active, passive } = databases;
  const { receiver } = passive;
  if (receiver === null) {
    return { finding: 'ack', observed: `${passive.name} has no WAL receiver: nothing streams to it` };
  }
  const standbys = active.senders.filter(({ state, logical }) => state === 'streaming' && !logical);
  const doubts = doubtsAbout(receiver, databases, standbys.length);
  if (doubts.length > 0) return { finding: 'ack', observed: doubts.join('; ') };
  const count = standbys.length === 1 ? 'one standby streams' : `${standbys.length} standbys stream`;
  const from = receiver.sender === null ? '' : ` from ${receiver.sender}`;
  return { finding: 'pass', observed: `${passive.name} streams${from}; ${count} from ${active.name}` };
}

/** Nothing joins a receiver to a sender for sure: behind addresses that are translated, these are the signs there are. */
function doubtsAbout(
  {
    status,
    timeline,
    reported,
    silentSeconds,
    sender,
  }: NonNullable<Databases<never, 'receiver'>['passive']['receiver']>,
  { active, passive, looks }: Databases<'wal' | 'senders', 'receiver'>,
  standbys: number,
): string[] {
  const end = looks.at(-1)?.activeLsn;
  // Where nothing is written there may be nothing to hear for long.
  const isBehind = reported !== null && end !== undefined && BigInt(reported) < BigInt(end);
  return [
    ...(status === 'streaming'
      ? []
      : [`the WAL receiver of ${passive.name} is ${status ?? 'in an unknown state'}`]),
    ...(timeline === null || timeline === active.wal.timeline
      ? []
      : [`${passive.name} receives timeline ${timeline}, ${active.name} writes ${active.wal.timeline}`]),
    ...(silentSeconds !== null && silentSeconds > SILENT_SECONDS && isBehind
      ? [`${passive.name} has heard nothing from its sender for ${Math.round(silentSeconds)} s`]
      : []),
    ...(standbys === 0 ? [`no standby streams from ${active.name}`] : []),
    ...(reported !== null && end !== undefined && BigInt(reported) > BigInt(end)
      ? [`${sender ?? 'the sender'} has more WAL than ${active.name}: it is another server`]
      : []),
  ];
}

function judgeLag({ looks }: Databases<never, never>): Doubt {
  const lag = lagOf(looks);
  const observed = describeLag(lag);
  if (lag.bytes === undefined) return { finding: 'unknown', observed };
  return { finding: isWithin(lag, LAG_LIMIT) ? 'pass' : 'warn', observed };
}
