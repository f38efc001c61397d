import { createHash } from 'node:crypto';
import { cancellationSignal } from '@temporalio/activity';
import type { AivenClient } from '../aiven';
import type { DatabaseBaseline, Preflight, PreflightInput, PreflightVerdict } from '../contract/activities';
import { type CheckResult, stops } from '../contract/checks';
import { millisecondsOf } from '../contract/duration';
import type { FreezeReading } from '../contract/freeze';
import { inputFields } from '../contract/input-fields';
import type { Pair, PairObservation, Situation } from '../contract/observation';
import { type Move, moves } from '../contract/procedure';
import { ApiSession } from '../observe/api-session';
import { askDatabases } from '../observe/database-facts';
import { ServiceLists, tellsAll } from '../observe/service-lists';
import type { Databases } from '../postgres';
import { judge, needsOwner } from '../rules/checks';
import { criticalFacts } from '../rules/critical';
import type { Facts, PairDatabaseFacts } from '../rules/facts';
import { lagOf } from '../rules/lag';
import { hasFailed, isLongSettled, isOnItsWay, isRebuilt } from '../rules/moves';
import { observePair, type PairFacts } from '../rules/observation';
import { settingsOfPair } from '../rules/settings';
import { situationOf } from '../rules/situation';
import { compact } from '../util/compact';
import { retryUnread } from './read-retry';

/** For runs that began before they said how long the pair may take. */
const DEFAULT_BUDGET_MS = millisecondsOf(inputFields.convergeTimeout.default);

/** Reads every fact afresh, all at once, and judges the preconditions by them. */
export async function preflight(
  client: AivenClient,
  databases: Databases,
  input: PreflightInput,
  readFreezes: ReadFreezes = () => undefined,
  allowsFailover = false,
  lists = new ServiceLists(),
): Promise<Preflight> {
  const { pair, move = 'switchback' } = input;
  const session = new ApiSession(client, cancellationSignal());
  const { pairFacts, facts } = await readFacts(session, databases, lists, { ...input, allowsFailover });
  const freeze = factOf(readFreezes());
  retryUnread(session, `the facts about ${pair.primary} and ${pair.recovery}`);

  const checks = judge({ ...facts, ...compact({ freeze, passesFreeze: input.passesFreeze }) });
  const observed = observePair(pairFacts);
  const situation = situationOf(observed);
  const critical = criticalFacts(pairFacts, move);
  return {
    verdict: checks.some((check) => check.severity === 'block' && stops(check))
      ? 'blocked'
      : verdictOn(move, situation, observed, facts.now),
    checks,
    situation,
    observed,
    critical,
    ...(facts.database === undefined
      ? {}
      : { database: { ...baselineOf(facts.database, facts.now), ...endsOldSessions(databases, pair) } }),
    settings: settingsOfPair(pairFacts, facts.now),
    fingerprint: fingerprintOf(pair, critical, checks),
    requests: session.requests,
  };
}

/** What the worker's configuration says of freeze windows now; `undefined` where it names none. */
export type ReadFreezes = () => FreezeReading | undefined;

function factOf(reading: FreezeReading | undefined): Facts['freeze'] {
  const asked = { request: 'the file of SWITCHBACK_FREEZE_FILE', at: new Date().toISOString() };
  if (reading === undefined) return undefined;
  if ('problem' in reading) return { ok: false, why: reading.problem, ...asked };
  return { ok: true, value: reading.windows, ...asked };
}

/**
 * Five requests, and a sixth in the promote-to-master dialect; neither they nor the databases wait for another. Both services
 * come from one list, as long as it tells all that a check looks at. Whose token it is, is asked only when a check needs it.
 */
async function readFacts(
  session: ApiSession,
  databases: Databases,
  lists: ServiceLists,
  {
    pair,
    move = 'switchback',
    confirmed,
    budgetMs = DEFAULT_BUDGET_MS,
    lock,
    drill = false,
    allowsFailover,
  }: PreflightInput & { allowsFailover: boolean },
): Promise<{ pairFacts: PairFacts; facts: Facts }> {
  const { project } = pair;
  const [pairFacts, metrics, events, alerts, tokens, database] = await Promise.all([
    session.askPair(pair, { lists, isEnough: tellsAll }),
    session.askMetrics(project, pair[moves[move].target]),
    session.askEvents(project),
    session.askAlerts(project),
    session.askAccessTokens(),
    askDatabases(databases, pair, cancellationSignal()),
  ]);
  const { names, ...read } = pairFacts;
  const { clockOffsetMs } = session;
  const now = new Date(Date.now() + (clockOffsetMs ?? 0)).toISOString();
  const asked = { named: names.primary, peer: names.recovery, move, confirmed, now, budgetMs };
  const facts = { ...read, ...asked, metrics, events, alerts, tokens };
  const me = needsOwner(facts) ? await session.askMe() : undefined;
  const more = {
    ...compact({ me, clockOffsetMs, lock, database }),
    ...(move === 'failover' ? { failover: { allowed: allowsFailover, drill } } : {}),
  };
  return { pairFacts, facts: { ...facts, ...more } };
}

function endsOldSessions(databases: Databases, pair: Pair): Pick<DatabaseBaseline, 'endsOldSessions'> {
  return databases.of(pair)?.settings.endOldSessions ? { endsOldSessions: true } : {};
}

/** What the databases were before the switch, each taken for what it is. */
function baselineOf({ primary, recovery, looks }: PairDatabaseFacts, now: string): DatabaseBaseline {
  const wals = [primary, recovery].flatMap((fact) =>
    fact.ok && !fact.value.server.inRecovery ? [fact.value.told.wal] : [],
  );
  const [wal] = wals.length === 1 ? wals : [];
  const timeline = wal?.ok === true ? wal.value.timeline : undefined;
  const problem = 'there is not one database that takes writes and one that replays';
  const lag = looks.length === 0 ? { at: now, problem } : lagOf(looks);
  return { ...compact({ timeline }), lag };
}

function verdictOn(
  move: Move,
  situation: Situation,
  observed: PairObservation,
  now: string,
): Exclude<PreflightVerdict, 'blocked'> {
  const { write, target } = moves[move];
  if (write === 'rebuild') {
    if (situation === `${target}-active`) return 'at-rest';
    return isRebuilt(observed) ? 'settle' : 'go';
  }
  if (write === 'fail') {
    if (situation === 'failed-over') return 'at-rest';
    return hasFailed(observed) ? 'settle' : 'go';
  }
  if (isLongSettled(target, situation, observed, now)) return 'at-rest';
  const candidate = observed[target];
  const isActive = candidate.readable && candidate.role === 'active';
  return isActive || isOnItsWay(target, observed) ? 'settle' : 'go';
}

/** The same for the same target, the same facts and the same open questions; short enough to be read aloud. */
function fingerprintOf(
  { project, primary, recovery, dialect }: Pair,
  critical: Record<string, string>,
  checks: CheckResult[],
): string {
  const open = checks.filter(stops).map(({ id }) => id);
  const text = JSON.stringify([project, primary, recovery, dialect, Object.entries(critical), open]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
