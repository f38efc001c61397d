import type { ProbeReport, WriteGap } from '../../contract/probe';
import { compact, nonEmpty } from '../../util/compact';

/** Less of a gap than this says nothing of the database. */
const WATCHED_MS = 250;
const UNWATCHED = 'no probe was running while writes may have failed during the switch';

/**
 * The report with the gap of the switch as its gap: of those that end after the write was sent, the one that was watched
 * longest. Where nobody watched, writes may have worked, so that is no measurement.
 *
 * @param sentAt before the write was sent for the first time, ISO 8601.
 */
export function withGapOfSwitch(report: ProbeReport, sentAt: string): ProbeReport {
  const { gap: longest, otherGaps = [], ...rest } = report;
  if (longest === undefined) return report;
  const gaps = [longest, ...otherGaps].sort(
    (a, b) => Date.parse(a.lastBefore.at) - Date.parse(b.lastBefore.at),
  );
  const touching = gaps.filter(({ firstAfter: { at } = { at: report.endedAt } }) => at >= sentAt);
  const [gap] = touching.filter(isWatched).sort((a, b) => watchedMs(b) - watchedMs(a));
  const gapNotMeasured = gap === undefined && touching.length > 0 ? UNWATCHED : undefined;
  const others = nonEmpty(gaps.filter((one) => one !== gap));
  return { ...rest, ...compact({ gap, gapNotMeasured, otherGaps: others }) };
}

/** Of a gap that a standstill of the worker made, what is around the standstill was watched: a few writes' time. */
function isWatched(gap: WriteGap): boolean {
  return watchedMs(gap) >= Math.min(WATCHED_MS, gap.ms);
}

function watchedMs({ ms, unwatchedMs = 0 }: WriteGap): number {
  return ms - unwatchedMs;
}
