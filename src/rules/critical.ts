import type { Service } from '../aiven';
import type { PairObservation, ServiceObservation, Side } from '../contract/observation';
import { type Move, moves } from '../contract/procedure';
import { isHealthy } from './moves';
import { observePair, type PairFacts } from './observation';

const UPDATE_TIME = 'update time';

/**
 * The facts that must not move between the checks and the write, in words a person understands: what the two services
 * (and in the promote-to-master dialect the status of the pair) said of themselves. Of a primary that is to fail only what
 * the failover depends on: one in trouble says something else every minute, or nothing.
 */
export function criticalFacts(facts: PairFacts, move: Move = 'switchback'): Record<string, string> {
  const observed = observePair(facts);
  if (moves[move].write === 'fail') {
    return { ...healthOf(observed.primary), ...sideOf('recovery', facts, observed.recovery) };
  }
  return { ...sideOf('primary', facts, observed.primary), ...sideOf('recovery', facts, observed.recovery) };
}

/** What moved: `primary pg-a state RUNNING → REBUILDING`. Empty when, and only when, the two are the same. */
export function driftBetween(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const moved = keys.filter((key) => before[key] !== now[key]);
  // An unread side has nothing else to tell: that it is unread says it all.
  const shared = moved.filter((key) => key in before && key in now);
  return (shared.length > 0 ? shared : moved).map(
    (key) => `${key} ${before[key] ?? 'not known'} → ${now[key] ?? 'not known'}`,
  );
}

/** When a service was changed last, as these facts have it. */
export function updateTimeIn(
  facts: Readonly<Record<string, string>>,
  side: Side,
  service: string,
): string | undefined {
  return facts[`${side} ${service} ${UPDATE_TIME}`];
}

/** True when neither service says that it was changed since these facts were read. */
export function isUntouched(
  since: Readonly<Record<string, string>>,
  { primary, recovery }: PairObservation,
): boolean {
  const isSame = (side: Side, now: ServiceObservation) =>
    now.readable && updateTimeIn(since, side, now.service) === now.updatedAt;
  return isSame('primary', primary) && isSame('recovery', recovery);
}

function healthOf(primary: ServiceObservation): Record<string, string> {
  const isElsewhere = primary.readable && primary.role !== 'active';
  const state = isHealthy(primary) ? 'active and in good order' : 'active and in trouble, or not to be read';
  return { [`primary ${primary.service} is`]: isElsewhere ? primary.role : state };
}

function sideOf(side: Side, facts: PairFacts, observed: ServiceObservation): Record<string, string> {
  const fact = facts[side];
  const name = `${side} ${observed.service}`;
  if (!observed.readable || !fact.ok) {
    return { [`${name} readable`]: `no (${observed.readable ? 'not read' : observed.why})` };
  }
  return {
    [`${name} readable`]: 'yes',
    [`${name} role`]: observed.role,
    [`${name} state`]: stateOf(fact.value),
    [`${name} nodes not running`]: nodesNotRunning(fact.value),
    [`${name} ${UPDATE_TIME}`]: observed.updatedAt,
    [`${name} peers`]: observed.peers.join(' and ') || 'none',
    [`${name} in-service switchover`]: fact.value.maintenance?.controlledSwitchover?.state ?? 'not told',
  };
}

function stateOf({ state }: Service): string {
  return state.kind === 'known' ? state.value : state.text;
}

function nodesNotRunning({ nodeStates }: Service): string {
  if (nodeStates.length === 0) return 'no nodes at all';
  const found = nodeStates.filter(({ state }) => state !== 'running');
  return found.map(({ name, state }) => `${name} ${state}`).join(', ') || 'none';
}
