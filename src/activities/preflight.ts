import { createHash } from 'node:crypto';
import { cancellationSignal } from '@temporalio/activity';
import type { AivenClient } from '../aiven';
import type { Preflight, PreflightInput, PreflightVerdict } from '../contract/activities';
import { type CheckResult, stops } from '../contract/checks';
import type { Pair, PairObservation, Situation } from '../contract/observation';
import { judge } from '../rules/checks';
import { criticalFacts } from '../rules/critical';
import type { Facts } from '../rules/facts';
import { isLongSettled } from '../rules/moves';
import { observePair, type PairFacts } from '../rules/observation';
import { situationOf } from '../rules/situation';
import { ApiSession } from './api-session';
import { retryUnread } from './patience';

/** The default of the input's convergeTimeout. */
const DEFAULT_BUDGET_MS = 30 * 60_000;

/** Reads every fact afresh, all at once, and judges the preconditions by them. */
export async function preflight(
  client: AivenClient,
  input: PreflightInput,
): Promise<Omit<Preflight, 'policy'>> {
  const { pair } = input;
  const session = new ApiSession(client, cancellationSignal());
  const { pairFacts, facts } = await readFacts(session, input);
  retryUnread(session, `the facts about ${pair.primary} and ${pair.recovery}`);

  const checks = judge(facts);
  const observed = observePair(pairFacts);
  const situation = situationOf(observed);
  const critical = criticalFacts(pairFacts);
  return {
    verdict: checks.some((check) => check.severity === 'block' && stops(check))
      ? 'blocked'
      : verdictOn(situation, observed),
    checks,
    situation,
    observed,
    critical,
    fingerprint: fingerprintOf(pair, critical, checks),
    requests: session.requests,
  };
}

/** Seven requests, and an eighth in the promote-to-master dialect; none waits for another. */
async function readFacts(
  session: ApiSession,
  { pair, confirmed, budgetMs = DEFAULT_BUDGET_MS, lock }: PreflightInput,
): Promise<{ pairFacts: PairFacts; facts: Facts }> {
  const { project, primary } = pair;
  const [pairFacts, me, metrics, events, alerts, tokens] = await Promise.all([
    session.askPair(pair),
    session.askMe(),
    session.askMetrics(project, primary),
    session.askEvents(project),
    session.askAlerts(project),
    session.askAccessTokens(),
  ]);
  const { names, ...read } = pairFacts;
  const now = new Date().toISOString();
  const asked = { named: names.primary, peer: names.recovery, confirmed, now, budgetMs };
  const facts = { ...read, ...asked, me, metrics, events, alerts, tokens };
  return { pairFacts, facts: lock === undefined ? facts : { ...facts, lock } };
}

function verdictOn(situation: Situation, observed: PairObservation): Exclude<PreflightVerdict, 'blocked'> {
  if (isLongSettled(situation, observed)) return 'at-rest';
  return observed.primary.readable && observed.primary.role === 'active' ? 'settle' : 'go';
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
