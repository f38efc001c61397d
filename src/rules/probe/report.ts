import { formatDuration } from '../../contract/duration';
import type { ProbeGap, ProbeProgress, ProbeReport, Range, WriteGap } from '../../contract/probe';
import { compact } from '../../util/compact';
import { isGap, unwatchedWithin } from './gaps';
import { latencyOf, since } from './latency';
import { above, countOf, difference, intersection, rowSet } from './ranges';

/** A start that is later than slow sessions explain. */
const LATE_MS = 5_000;

/** The numbers of the rows that are there, or why they could not be read back. */
export type ReadBack = { there: Range[] } | { problem: string };

/** A report that says nothing but why there is nothing. */
export function emptyReport(at: string, problem: string): ProbeReport {
  const series = { from: at, bucketMs: 1_000, acknowledged: [], failed: [], slowestMs: [] };
  return { startedAt: at, endedAt: at, rate: 0, acknowledged: 0, errors: {}, latency: {}, series, problem };
}

/**
 * What the writes and the rows that are there mean together.
 *
 * @param progress as of the end of the writing.
 * @param rate rows per second that were to be written.
 * @param intervalMs the planned time between two writes at the end.
 */
export function reportOf(
  progress: ProbeProgress,
  rate: number,
  intervalMs: number,
  readBack: ReadBack,
): ProbeReport {
  const gaps = gapsOf(progress, intervalMs);
  const longest = gaps.reduce<WriteGap | undefined>(
    (a, b) => (a === undefined || b.ms > a.ms ? b : a),
    undefined,
  );
  const others = gaps.filter((gap) => gap !== longest);
  const unwatched = progress.unwatched.map(({ from, to }) => ({
    from: from.at,
    to: to.at,
    ms: to.t - from.t,
  }));
  const problems = problemsOf(progress, longest, readBack);
  return {
    startedAt: progress.startedAt,
    endedAt: progress.at,
    rate,
    acknowledged: progress.acknowledged,
    ...compact({ gap: longest }),
    ...(others.length === 0 ? {} : { otherGaps: others }),
    ...('there' in readBack ? reconcile(progress, readBack.there) : {}),
    errors: progress.errors,
    latency: latencies(progress, longest),
    ...(unwatched.length === 0 ? {} : { unwatched }),
    series: { from: progress.startedAt, ...progress.series },
    ...(problems.length === 0 ? {} : { problem: problems.join('; ') }),
  };
}

function gapsOf(progress: ProbeProgress, intervalMs: number): WriteGap[] {
  const { gaps, last, t, unwatched } = progress;
  const measure = ({ lastBefore }: Pick<ProbeGap, 'lastBefore'>, until: number) => {
    const unwatchedMs = unwatchedWithin(unwatched, lastBefore.t, until);
    return { ms: until - lastBefore.t, ...(unwatchedMs === 0 ? {} : { unwatchedMs }) };
  };
  const shown = ({ row, at }: { row: number; at: string }) => ({ row, at });
  const closed = gaps.map((gap) => ({
    lastBefore: shown(gap.lastBefore),
    firstAfter: shown(gap.firstAfter),
    ...measure(gap, gap.firstAfter.t),
  }));
  if (last === undefined || !isGap(progress, t - last.t, intervalMs)) return closed;
  return [...closed, { lastBefore: shown(last), ...measure({ lastBefore: last }, t) }];
}

/** Only numbers whose outcome somebody knew are judged. */
function reconcile(
  { acknowledged, rows, decided, foldedTo }: ProbeProgress,
  there: Range[],
): Pick<ProbeReport, 'missing' | 'unexpected' | 'unrecorded'> {
  const found = above(there, foldedTo);
  const failed = difference(decided, rows);
  const unrecorded = countOf(difference(found, decided));
  return {
    ...(acknowledged === 0 ? {} : { missing: rowSet(difference(rows, found)) }),
    unexpected: rowSet(intersection(failed, found)),
    ...(unrecorded === 0 ? {} : { unrecorded }),
  };
}

function latencies(
  { latency: { all, beforeGap } }: ProbeProgress,
  gap: WriteGap | undefined,
): ProbeReport['latency'] {
  const isOver = gap?.firstAfter !== undefined;
  const before = latencyOf(isOver ? beforeGap : all);
  const after = isOver ? latencyOf(since(all, beforeGap)) : undefined;
  return { ...compact({ before, after }) };
}

function problemsOf(progress: ProbeProgress, gap: WriteGap | undefined, readBack: ReadBack): string[] {
  const { acknowledged, first, lastFailure, foldedTo, lostAttempts } = progress;
  return [
    ...(acknowledged > 0
      ? []
      : [
          lastFailure === undefined
            ? 'it ended before a row could be written'
            : `not one row could be written: ${lastFailure}`,
        ]),
    ...('problem' in readBack ? [`the rows could not be read back: ${readBack.problem}`] : []),
    ...(first !== undefined && first.t >= LATE_MS
      ? [`the first row was acknowledged ${formatDuration(first.t)} after the start, which counts as no gap`]
      : []),
    ...(gap?.unwatchedMs === undefined
      ? []
      : [`for ${formatDuration(gap.unwatchedMs)} of the longest gap no probe was running`]),
    ...(foldedTo === 0
      ? []
      : [`writes failed so often that rows up to ${foldedTo} were not compared with those that are there`]),
    ...(lostAttempts === true ? ['what earlier attempts measured is lost'] : []),
  ];
}
