import {
  type FleetCounts,
  type FleetNeed,
  type FleetPace,
  type FleetPair,
  type PairResult,
  type PairState,
  pairStates,
} from '../../contract/fleet';
import type { FailureLimit, FleetProcedure, FleetRequest } from '../../contract/fleet-input';
import { type Outcome, outcomes } from '../../contract/outcome';
import { procedures } from '../../contract/procedure';

/** How many pairs are in each state. */
export function countsOf(pairs: readonly FleetPair[]): FleetCounts {
  const counts: FleetCounts = {
    total: pairs.length,
    waiting: 0,
    running: 0,
    done: 0,
    failed: 0,
    stopped: 0,
    skipped: 0,
  };
  for (const { state } of pairs) counts[state] += 1;
  return counts;
}

/** What the end of its run makes of a pair. @param isStopping the fleet had asked the run to stop. */
export function stateAfter({ outcome, code }: PairResult, isStopping: boolean): PairState {
  if (outcome !== undefined && outcomes[outcome].completes) return 'done';
  if (isStopping && code === 'ABORTED') return 'stopped';
  return 'failed';
}

/** So many may fail of so many pairs; a share is rounded down. */
export function allowed(limit: FailureLimit, total: number): number {
  return 'count' in limit ? limit.count : Math.floor((limit.percent * total) / 100);
}

/**
 * Why no new run may be started; `undefined` while the budget holds.
 *
 * @param forgiven pairs whose failure somebody has answered for by letting the fleet go on.
 */
export function budgetExceeded(
  pairs: readonly FleetPair[],
  wave: { index: number; name: string },
  budget: FleetRequest['budget'],
  forgiven: ReadonlySet<string>,
): string | undefined {
  const failed = pairs.filter(({ state, pair }) => state === 'failed' && !forgiven.has(pair));
  const total = allowed(budget.total, pairs.length);
  if (failed.length > total) return `${counted(failed.length)} failed, and ${total} of ${pairs.length} may`;
  if (budget.wave === undefined) return undefined;
  const inWave = pairs.filter((one) => one.wave === wave.index);
  const failedHere = failed.filter((one) => one.wave === wave.index);
  const most = allowed(budget.wave, inWave.length);
  if (failedHere.length <= most) return undefined;
  return `${counted(failedHere.length)} of ${wave.name} failed, and ${most} of ${inWave.length} may`;
}

function counted(count: number): string {
  return count === 1 ? '1 pair' : `${count} pairs`;
}

/** Of the newest ones, so that a slow beginning does not count for ever. */
const RECENT = 50;

/**
 * How fast it goes. What is left is, wave after wave, so many at a time, each as long as the newest ones took that were done;
 * those that run are half-way.
 *
 * @param activeMs how long the fleet has been at work so far.
 * @returns `undefined` before a first pair has ended, and when none is left.
 */
export function paceOf(
  pairs: readonly FleetPair[],
  concurrency: number,
  activeMs: number,
): FleetPace | undefined {
  const over = pairs.filter(({ state }) => state === 'done' || state === 'failed');
  const open = pairs.filter(({ state }) => state === 'waiting' || state === 'running' || state === 'stopped');
  const good = over.filter(({ state }) => state === 'done');
  const times = (good.length > 0 ? good : over).flatMap(({ tookMs }) => tookMs ?? []).slice(-RECENT);
  if (times.length === 0 || open.length === 0) return undefined;
  const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
  const byWave = new Map<number, number>();
  for (const { wave, state } of open)
    byWave.set(wave, (byWave.get(wave) ?? 0) + (state === 'running' ? 0.5 : 1));
  // A wave takes as long as its slowest run, even when there is room for more.
  const rounds = [...byWave.values()].map((left) => Math.max(0.5, left / concurrency));
  const whole = rounds.reduce((sum, left) => sum + (left > 0.5 ? Math.max(1, left) : left), 0);
  return {
    perMinute: activeMs > 0 ? Math.round((over.length * 600_000) / activeMs) / 10 : 0,
    remainingMs: Math.round(whole * mean),
  };
}

const BY = '--by you@example.com --reason INC-123';

/** The pairs that need a person, those first that need one first. */
export function needsOf(pairs: readonly FleetPair[], fleet: string): FleetNeed[] {
  const needs = pairs.flatMap((one) => needOf(one, fleet) ?? []);
  const rank = { urgent: 0, asks: 1, failed: 2 };
  return needs.sort((one, other) => rank[one.urgency] - rank[other.urgency]);
}

function needOf(one: FleetPair, fleet: string): FleetNeed | undefined {
  const { pair, state, asks, outcome, code, note } = one;
  if (state === 'running' && asks !== undefined) {
    const isBefore = asks === 'approval';
    return {
      pair,
      urgency: isBefore ? 'asks' : 'urgent',
      why: isBefore ? 'its run waits for an approval or an acknowledgement' : `its run asks: ${asks}`,
      command: `switchback get ${pair}`,
    };
  }
  if (state !== 'failed') return undefined;
  const why = note ?? `it ended as ${code ?? outcome ?? 'unknown'}`;
  return isUrgent(outcome)
    ? { pair, urgency: 'urgent', why, command: `switchback get ${pair}` }
    : { pair, urgency: 'failed', why, command: `switchback fleet retry ${fleet} --pair ${pair} ${BY}` };
}

/** A switch was begun and is not undone, or nobody knows. */
function isUrgent(outcome: Outcome | undefined): boolean {
  return outcome === undefined || outcomes[outcome].severity === 'critical';
}

/** The worst first: what needs a person, then lost rows, then the longest gap. */
export function worstFirst(pairs: readonly FleetPair[]): FleetPair[] {
  const rank = (one: FleetPair) =>
    one.state === 'failed' ? (isUrgent(one.outcome) ? 0 : 1) : 2 + pairStates.indexOf(one.state) / 10;
  return [...pairs].sort(
    (one, other) =>
      Math.floor(rank(one)) - Math.floor(rank(other)) ||
      (other.lostRows ?? 0) - (one.lostRows ?? 0) ||
      (other.gapMs ?? -1) - (one.gapMs ?? -1) ||
      rank(one) - rank(other),
  );
}

/** For a title: `Switchback of 50 pairs`. */
export function titleOf(procedure: FleetProcedure, pairs: number): string {
  return `${procedures[procedure].title} of ${pairs === 1 ? '1 pair' : `${pairs} pairs`}`;
}
