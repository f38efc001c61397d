import type { TimelineEntry } from '../contract/report';
import { cut } from '../util/text';

/** Of the entries of a list that grows with time, the first and the newest. */
const FIRST = 50;
const NEWEST = 250;
const ENTRY_LIMIT = 700;

/**
 * A timeline that fits into Temporal's limit of 2 MB for a payload, and into what a person reads: the beginning, the
 * newest entries, and between them how many are left out. The history has them all.
 */
export function fittingTimeline(timeline: readonly TimelineEntry[]): TimelineEntry[] {
  const entries = timeline.map((entry) => ({ ...entry, event: cut(entry.event, ENTRY_LIMIT) }));
  const leftOut = entries.length - FIRST - NEWEST;
  const first = entries[FIRST];
  if (leftOut <= 0 || first === undefined) return entries;
  const gap = { ...first, event: `… ${leftOut} entries are left out here; the history has them` };
  return [...entries.slice(0, FIRST), gap, ...entries.slice(-NEWEST)];
}

/** The first and the newest of a list, as far as they fit. */
export function fitting<T>(list: readonly T[]): T[] {
  return list.length > FIRST + NEWEST ? [...list.slice(0, FIRST), ...list.slice(-NEWEST)] : [...list];
}
