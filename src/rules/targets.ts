import { formatDuration } from '../contract/duration';
import { GAP_MS } from '../contract/probe';
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

const REHEARSE =
  'Rehearse now: `switchback drill --mode rehearse`. `switchback drill list` shows whether its schedule is paused.';

function rto(runs: readonly TrendRun[], rtoMs: number): TargetVerdict {
  const about = { target: 'rto', wanted: `a gap of at most ${formatDuration(rtoMs)}` } as const;
  const run = runs.find(({ gapSeconds }) => gapSeconds !== undefined);
  if (run?.gapSeconds === undefined)
    return missed({ ...about, value: 'not measured', observed: 'no run has measured a gap' }, MEASURE);
  const ms = run.gapSeconds * 1_000;
  const value = ms === 0 ? 'below 1 s' : formatDuration(ms);
  const observed = `a gap ${ms === 0 ? value : `of ${value}`}, by the ${nameOf(run)}`;
  // A shorter one is not noticed.
  const most = ms === 0 ? GAP_MS : ms;
  return judged({ ...about, value, observed }, most <= rtoMs, COMPARE);
}

function rpo(runs: readonly TrendRun[], rpoRows: number): TargetVerdict {
  const about = { target: 'rpo', wanted: `at most ${rowsOf(rpoRows)} lost` } as const;
  const run = runs.find(({ lostRows }) => lostRows !== undefined);
  if (run?.lostRows === undefined)
    return missed({ ...about, value: 'not counted', observed: 'no run has counted lost rows' }, MEASURE);
  const value = rowsOf(run.lostRows);
  const observed = `${value} lost, by the ${nameOf(run)}`;
  return judged({ ...about, value, observed }, run.lostRows <= rpoRows, COMPARE);
}

function rehearsed(runs: readonly TrendRun[], withinMs: number, now: number): TargetVerdict {
  const wanted = `a rehearsal or a drill in the last ${ageOf(withinMs)}`;
  const about = { target: 'rehearsed-within', wanted } as const;
  const run = runs.find(isPractised);
  const failed = runs.find((one) => one.procedure === 'drill' && !isPractised(one));
  if (run === undefined) {
    const but =
      failed === undefined ? '' : `; the ${nameOf(failed)} ended as ${failed.outcome ?? 'nothing known'}`;
    return missed({ ...about, value: 'never', observed: `none has ended well${but}` }, REHEARSE);
  }
  const age = Math.max(0, now - Date.parse(run.closedAt));
  const value = `${ageOf(age)} ago`;
  const observed = `the last one ${value}: ${run.outcome}, ${dayOf(run.closedAt)}`;
  return judged({ ...about, value, observed }, age <= withinMs, REHEARSE);
}

type Finding = Pick<TargetVerdict, 'target' | 'value' | 'wanted' | 'observed'>;

function judged(finding: Finding, met: boolean, remedy: string): TargetVerdict {
  return met ? { ...finding, met } : missed(finding, remedy);
}

function missed(finding: Finding, remedy: string): TargetVerdict {
  return { ...finding, met: false, remedy };
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
