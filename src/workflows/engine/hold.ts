import { condition } from '@temporalio/workflow';
import { Deadline } from './deadline';
import type { Run } from './run';
import { stoppable, stopped } from './stopping';
import { recordWatch, startWatch } from './watch';

/**
 * Leaves the pair as it is for a while, and watches it, with the write probe on. It ends early when the pair moves by
 * somebody else's hand: the next move finds out what that means. Nothing is written here but the rows of the probe.
 */
export async function hold(run: Run, wantedMs: number): Promise<void> {
  const { record, request, writeProbe } = run;
  // A write that nobody knows the fate of must not arrive after the next one.
  const ms = Math.max(wantedMs, record.hasUnknownWrite ? request.quietWindowMs : 0);
  const pair = record.requirePair;
  const until = new Date(Date.now() + ms).toISOString();
  record.enter('soak', `${pair[record.origin]} stays active for a while, as the drill asks.`);
  record.waitFor({ for: 'the end of the soak', wanted: 'both services unchanged', until });
  writeProbe.start();
  await watchFor(run, ms, 'the soak ended early: the pair has changed');
  await writeProbe.stop();
  const [leg] = record.legs.slice(-1);
  const { probe } = record.measured;
  if (leg !== undefined && probe !== undefined) leg.soak = probe;
  record.measured.probe = undefined;
}

/** The way home may wait for its time; the pair is watched meanwhile. */
export async function waitForTakeOver(run: Run): Promise<void> {
  const { record, request } = run;
  const at = request.takeOverAt;
  const ms = at === undefined ? 0 : Date.parse(at) - Date.now();
  if (at === undefined || ms <= 0) return;
  record.enter('soak', `${record.requirePair.primary} is rebuilt. The way home begins at ${at}.`);
  record.waitFor({ for: `the time to take over, ${at}`, wanted: 'both services unchanged', until: at });
  await watchFor(run, ms, 'the pair has changed before the time to take over');
}

/**
 * Somebody else is moving the pair the other way. Nothing is sent into that.
 *
 * @returns true once it is over; false when it takes too long.
 */
export async function waitForOthers(run: Run): Promise<boolean> {
  const { record, request } = run;
  const { origin, requirePair: pair } = record;
  const what = `a role change to ${pair[origin]} that somebody else has begun`;
  record.enter('preflight', `Waiting for ${what}.`);
  const end = new Deadline(request.convergeTimeoutMs, 'until the role change of somebody else is over');
  record.waitFor({ for: what, wanted: `${pair[origin]} active, both services settled`, until: end.at });
  const watch = startWatch(run, origin);
  await condition(() => watch.ended || end.passed || record.operators.stopRequested);
  watch.stop();
  end.cancel();
  if (record.operators.stopRequested) throw stopped(run);
  recordWatch(run, watch);
  return !end.passed;
}

/** Nothing is written: a cancellation or an `abort` may end it at any moment. */
async function watchFor(run: Run, ms: number, early: string): Promise<void> {
  const { record } = run;
  await stoppable(run, async () => {
    // A timer, since a watch begins anew with every worker.
    const end = new Deadline(ms, 'until the next move');
    const watch = startWatch(run, record.target);
    await condition(() => watch.ended || end.passed || record.operators.stopRequested);
    watch.stop();
    end.cancel();
    if (record.operators.stopRequested) throw stopped(run);
    recordWatch(run, watch);
    if (!end.passed) record.note(early);
  });
}
