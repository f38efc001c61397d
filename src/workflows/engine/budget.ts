import type { TimelineEntry } from '../../contract/report';
import { cut } from '../../util/text';

/** Of a list that grows with time: the first and the newest entries, so many at most. */
const FIRST = 50;
const NEWEST = 250;
const ENTRY_LIMIT = 700;
/** Bytes of JSON. All that a run answers at once stays below 512 kB, however long it waits. */
const TIMELINE_BYTES = 192 * 1024;
const LIST_BYTES = 48 * 1024;
const EVENTS_BYTES = 384 * 1024;

/**
 * A timeline that fits into what Temporal carries, and into what a person reads: the beginning, the newest entries, and
 * between them how many are left out. The history has them all.
 */
export function fittingTimeline(timeline: readonly TimelineEntry[]): TimelineEntry[] {
  const entries = timeline.map((entry) => ({ ...entry, event: cut(entry.event, ENTRY_LIMIT) }));
  const { first, newest, leftOut } = ends(entries, TIMELINE_BYTES);
  const next = entries[first.length];
  if (leftOut === 0 || next === undefined) return entries;
  const gap = { ...next, event: `… ${leftOut} entries are left out here; the history has them` };
  return [...first, gap, ...newest];
}

/** The first and the newest of a list, as far as they fit. */
export function fitting<T>(list: readonly T[]): T[] {
  const { first, newest } = ends(list, LIST_BYTES);
  return [...first, ...newest];
}

/** The first of a list, as many as fit into one answer; at least one, so that whoever asks on comes to the end. */
export function firstPage<T>(list: readonly T[]): T[] {
  return list.slice(0, Math.max(1, countWithin(list, EVENTS_BYTES)));
}

function ends<T>(list: readonly T[], bytes: number): { first: T[]; newest: T[]; leftOut: number } {
  const first = list.slice(0, Math.min(FIRST, countWithin(list.slice(0, FIRST), bytes / 4)));
  const rest = list.slice(first.length).slice(-NEWEST).reverse();
  const newest = rest.slice(0, countWithin(rest, (bytes * 3) / 4)).reverse();
  return { first, newest, leftOut: list.length - first.length - newest.length };
}

/** How many of a list, from its begin, have no more bytes together. */
function countWithin(list: readonly unknown[], bytes: number): number {
  const encoder = new TextEncoder();
  let sum = 0;
  const end = list.findIndex((entry) => {
    sum += encoder.encode(JSON.stringify(entry)).length + 1;
    return sum > bytes;
  });
  return end < 0 ? list.length : end;
}
