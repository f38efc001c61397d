import { CancellationScope, patched } from '@temporalio/workflow';
import type { Preflight, PreflightVerdict } from '../../contract/activities';
import type { Side } from '../../contract/observation';
import { approve } from './approval';
import { conclude, planned, succeed } from './conclusion';
import { converge, isStillActive } from './convergence';
import { discover } from './discovery';
import { endOldSessions } from './old-sessions';
import { lock } from './pair-lock';
import { caughtUp, preflight } from './preflight';
import { followEndpoint } from './proof';
import type { Run } from './run';
import type { Ending } from './run-state';
import { stoppable } from './stopping';
import { promote } from './write';

/** Makes the target of the present move active, by one write, and proves it. Throws what ends the run badly. */
export async function move(run: Run): Promise<Ending> {
  const verdict = await stoppable(run, () => beforeTheWrite(run));
  if (run.request.mode === 'plan') return planned(run, verdict);
  return CancellationScope.nonCancellable(() => fromTheWriteOn(run, verdict));
}

/** Nothing is written here, so that a cancellation or an `abort` may end it at any moment. */
async function beforeTheWrite(run: Run): Promise<PreflightVerdict> {
  const isPlan = run.request.mode === 'plan';
  const checked = await prepare(run);
  if (isPlan || checked.verdict !== 'go') return checked.verdict;
  run.writeProbe.start();
  return (await caughtUp(run, checked)).verdict;
}

/** Finds and locks the pair, checks it, and asks whoever must be asked. */
export async function prepare(run: Run): Promise<Preflight> {
  // One run, one pair, one lock, however many moves.
  if (run.record.pair === undefined) {
    await discover(run);
    if (run.request.mode !== 'plan') await lock(run);
  }
  return approve(run, await preflight(run), () => preflight(run));
}

/** A cancellation changes nothing here but the record: half a switch is worse than none. */
async function fromTheWriteOn(run: Run, verdict: PreflightVerdict): Promise<Ending> {
  if (verdict === 'at-rest') {
    // Somebody else may have moved the pair while the replication caught up.
    await run.writeProbe.stop();
    // One read, which may be an old one, ends no run. Runs that are under way go on as they began.
    if (!patched('at-rest-verified') || (await isStillActive(run, run.record.target))) return succeed(run);
  }
  if (verdict === 'go') await promote(run, run.record.target);
  const end = await settle(run);
  if (end !== 'accepted') await endOldSessions(run, end);
  await run.writeProbe.stop();
  return conclude(run, end);
}

/** Until one side is active and stays so, and the Service URI follows it. */
async function settle(run: Run): Promise<Side | 'accepted'> {
  // A rehearsal changes nothing, so that the side that is active stays so.
  const { target, origin, situation } = run.record;
  const stays = run.request.mode === 'rehearse' && situation === `${origin}-active`;
  for (let goal: Side = stays ? origin : target; ; ) {
    const end = await converge(run, goal);
    if (end === 'accepted') return end;
    const hasWaited = await followEndpoint(run, end);
    if (!hasWaited || (await isStillActive(run, end))) return end;
    goal = end;
  }
}
