import type { WatchInput, WatchResult } from '../../contract/activities';
import type { Side } from '../../contract/observation';
import { updateTimeIn } from '../../rules/critical';
import { holdAfter } from '../../rules/polling';
import { compact } from '../../util/compact';
import { watch } from './activity-proxies';
import { Background } from './background';
import type { Run } from './run';
import type { RunRecord } from './run-record';

/** One stretch of watching both services. */
export type Watch = Background<WatchResult>;

/**
 * Starts a stretch of watching for one side to be active and settled, knowing what the run knows.
 *
 * @param quietWindowMs when given, the watch also ends once the pair has stood still this long.
 */
export function startWatch({ request, record }: Run, goal: Side, quietWindowMs?: number): Watch {
  const pair = record.requirePair;
  const input: WatchInput = {
    pair,
    goal: record.goalOf(goal),
    known: record.situation ?? 'unreadable',
    mayReturn: record.mayReturn,
    settleWindowMs: request.settleWindowMs,
    ...originOf(record),
    ...(goal === record.target && record.move.write !== 'rebuild' ? beforeTheWrite(record) : {}),
    moved: record.moved,
    ...(record.isStalled ? {} : { stallWindowMs: request.stallWindowMs }),
    holdMs: holdAfter(record.changes),
    held: [...record.situationsSeen],
    ...compact({ quietWindowMs }),
  };
  const isOver = record.goalOf(goal) === 'failed-over';
  const summary = `watch until ${pair[goal]} is active and settled${isOver ? `, and ${pair.primary} has failed` : ''}`;
  return new Background(() => watch(summary).watchPair(input));
}

/** Whether the undo may be offered, as the watch reckons it; what runs that are under way say is not changed. */
function originOf({ move, origin }: RunRecord): Pick<WatchInput, 'origin'> {
  if (move.undo === undefined) return { origin: 'none' };
  return origin === 'recovery' ? {} : { origin };
}

/** What a promotion of this run must have changed, as it was before. */
function beforeTheWrite({
  mayHaveWritten,
  plan,
  requirePair: pair,
}: RunRecord): Pick<WatchInput, 'updatedBefore'> {
  if (!mayHaveWritten || plan === undefined) return {};
  const primary = updateTimeIn(plan.facts, 'primary', pair.primary);
  const recovery = updateTimeIn(plan.facts, 'recovery', pair.recovery);
  return primary === undefined || recovery === undefined ? {} : { updatedBefore: { primary, recovery } };
}

/** Takes in what a watch saw; a watch that failed for good ends the run here. */
export function recordWatch({ record }: Run, watch: Watch): void {
  if (watch.failure !== undefined) throw watch.failure;
  if (watch.result === undefined) return;
  record.count(watch.result);
  record.recordObservation(watch.result.situation, watch.result.observed);
  if (watch.result.ended === 'stalled') {
    record.alarm(
      'stalled',
      `nothing has changed for the stall window, and the pair is not settled: ${record.seen}`,
    );
  }
}
