import { type CheckId, type CheckResult, checkSeverities, type Severity } from '../../contract/checks';
import { type Move, moves } from '../../contract/procedure';
import type { DiscoveryFacts, Facts } from '../facts';
import { hasFailed, isOnItsWay, isRebuilt } from '../moves';
import { observePair } from '../observation';
import { CAPACITY } from './capacity';
import { DEPENDENCIES } from './dependencies';
import { FAILOVER } from './failover';
import { FREEZE } from './freeze';
import { IDENTITY } from './identity';
import { IN_FLIGHT } from './in-flight';
import { RECENT_ACTIVITY } from './recent-activity';
import { BY_SQL } from './replication-by-sql';
import { REPLICATION, ROLES } from './roles';
import { type Answer, evidenceOf, type Row, verdictOf } from './row';
import { SERVER_SETTINGS } from './server-settings';

export { needsOwner } from './recent-activity';
export { isExcusedFromAnswering } from './row';

const PROMOTIONS: readonly Move[] = ['switchback', 'switchover'];

/** What discovery looks at: without it there is no pair to judge further. */
const OF_A_PAIR: readonly Row<DiscoveryFacts>[] = [...IDENTITY, ...ROLES];

/** The preconditions of every move, in the order in which a person would look. */
const CATALOGUE: readonly Row[] = [
  ...OF_A_PAIR,
  ...FAILOVER,
  ...REPLICATION,
  ...BY_SQL,
  ...IN_FLIGHT,
  ...SERVER_SETTINGS,
  ...CAPACITY,
  ...FREEZE,
  ...RECENT_ACTIVITY,
  ...DEPENDENCIES,
];

/** Judges every precondition; pure, and complete: a fact that is missing gives `unknown`, never `pass`. */
export function judge(facts: Facts): CheckResult[] {
  return judgeRows(CATALOGUE, facts);
}

/** Judges what must hold for there to be a pair at all, by the little that discovery reads. */
export function judgeDiscovery(facts: DiscoveryFacts): CheckResult[] {
  return judgeRows(OF_A_PAIR, facts);
}

/** The rows without their judges, for docs/checks.md. */
export function catalogue() {
  return CATALOGUE.map(({ judge: _, ...row }) => ({ ...row, severities: severitiesOf(row.id) }));
}

function judgeRows<F extends DiscoveryFacts>(rows: readonly Row<F>[], facts: F): CheckResult[] {
  const names = { primary: facts.named, recovery: facts.peer ?? 'the peer' };
  const observed = observePair({ ...facts, names });
  const { move = 'switchback' } = facts;
  const { write, target } = moves[move];
  const onlyWatches = {
    promote: isOnItsWay(target, observed),
    fail: hasFailed(observed),
    rebuild: isRebuilt(observed),
  }[write];
  const asked = rows.filter((row) => row.moves === 'all' || (row.moves ?? PROMOTIONS).includes(move));
  return asked.map((row) => {
    const [severity] = severitiesOf(row.id);
    const answer = row.judge({ facts, observed, severity });
    return resultOf(row, answer, onlyWatches && row.guards === 'write');
  });
}

function resultOf<F extends DiscoveryFacts>(
  { id, title, wanted, remedy }: Row<F>,
  answer: Answer,
  isForTheRecord: boolean,
): CheckResult {
  const { finding, observed } = answer;
  const isFound = finding !== 'pass' && finding !== 'unknown';
  const severity = isFound ? finding : severitiesOf(id)[0];
  const verdict = verdictOf(finding);
  return {
    id,
    title,
    severity: isForTheRecord ? 'warn' : severity,
    verdict: isForTheRecord && isFound ? 'warn' : verdict,
    observed,
    wanted,
    remedy: verdict === 'pass' ? '' : (answer.remedy ?? remedy),
    evidence: evidenceOf(answer.evidence),
  };
}

function severitiesOf(id: CheckId): readonly [Severity, ...Severity[]] {
  return checkSeverities[id];
}
