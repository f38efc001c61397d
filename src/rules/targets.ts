import { formatDuration } from '../contract/duration';
import { isPractised, type Targets, type TargetVerdict, type TrendRun } from '../contract/trend';

/**
 * Judges what a pair is capable of by its ended runs: the newest one that measured something decides. What nobody has
 * measured is not met.
 *
 * @param runs in any order.
 * @param now ISO 8601.
 */
export function judgeTargets(runs: readonly TrendRun[], targets: Targets, now: string): TargetVerdict[] {
  const newest = runs.toSorted((a, b) => Date.parse(b.closedAt) - Date.parse(a.closedAt));
  const { rtoMs, rpoRows, rehearsedWithinMs } = targets;
  return [
    ...(rtoMs === undefined ? [] : [rto(newest, rtoMs)]),
    ...(rpoRows === undefined ? [] : [rpo(newest, rpoRows)]),
    rehearsed(newest, rehearsedWithinMs, Date.parse(now)),
  ];
}

const MEASURE =
  'Make a drill with database access: `switchback drill`. A rehearsal writes nothing, and measures no gap.';
const COMPARE =
  'Read the report of that run (`switchback result --run-id`), mend what took so long, and make a drill again.';

function rto(runs: readonly TrendRun[], rtoMs: number): TargetVerdict {
  const wanted = `a gap of at most ${formatDuration(rtoMs)}`;
  const run = runs.find(({ gapSeconds }) => gapSeconds !== undefined);
  if (run?.gapSeconds === undefined)
    return { target: 'rto', met: false, wanted, observed: 'no run has measured a gap', remedy: MEASURE };
  const ms = run.gapSeconds * 1_000;
  const gap = ms === 0 ? 'no gap of a second' : `a gap of ${formatDuration(ms)}`;
  const observed = `${gap}, by the ${nameOf(run)}`;
  return ms <= rtoMs
    ? { target: 'rto', met: true, wanted, observed }
    : { target: 'rto', met: false, wanted, observed, remedy: COMPARE };
}

function rpo(runs: readonly TrendRun[], rpoRows: number): TargetVerdict {
  const wanted = `at most ${rowsOf(rpoRows)} lost`;
  const run = runs.find(({ lostRows }) => lostRows !== undefined);
  if (run?.lostRows === undefined)
    return { target: 'rpo', met: false, wanted, observed: 'no run has counted lost rows', remedy: MEASURE };
  const observed = `${rowsOf(run.lostRows)} lost, by the ${nameOf(run)}`;
  return run.lostRows <= rpoRows
    ? { target: 'rpo', met: true, wanted, observed }
    : { target: 'rpo', met: false, wanted, observed, remedy: COMPARE };
}

function rehearsed(runs: readonly TrendRun[], withinMs: number, now: number): TargetVerdict {
  const target = 'rehearsed-within';
  const wanted = `a rehearsal or a drill in the last ${ageOf(withinMs)}`;
  const run = runs.find(isPractised);
  const failed = runs.find((one) => one.procedure === 'drill' && !isPractised(one));
  const remedy =
    'Rehearse now: `switchback drill --mode rehearse`. `switchback drill list` shows whether its schedule is paused.';
  if (run === undefined) {
    const but =
      failed === undefined ? '' : `; the ${nameOf(failed)} ended as ${failed.outcome ?? 'nothing known'}`;
    return { target, met: false, wanted, observed: `none has ended well${but}`, remedy };
  }
  const age = Math.max(0, now - Date.parse(run.closedAt));
  const observed = `the last one ${ageOf(age)} ago: ${run.outcome}, ${dayOf(run.closedAt)}`;
  return age <= withinMs
    ? { target, met: true, wanted, observed }
    : { target, met: false, wanted, observed, remedy };
}

/** `drill of 2026-11-28` */
function nameOf({ procedure = 'switchback', closedAt }: TrendRun): string {
  return `${procedure} of ${dayOf(closedAt)}`;
}

function dayOf(iso: string): string {
  return iso.slice(0, 10);
}

function rowsOf(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

const DAY_MS = 24 * 3_600_000;

/** Days where there are some: `7 days`, `36 h`. */
function ageOf(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  return days >= 2 ? `${days} days` : formatDuration(ms);
}
