import type { Range, RowSet } from '../../contract/probe';

/*
 * Sets of numbers as ranges: in order, apart from each other and never adjacent, so that a set has one form only. A
 * healthy run is one range, however many rows it wrote.
 */

const LISTED = 20;

/** Adds a number that is larger than all in the set. */
export function append(ranges: Range[], number: number): void {
  const last = ranges.at(-1);
  if (last !== undefined && last[1] === number - 1) last[1] = number;
  else ranges.push([number, number]);
}

/** What is in either; also brings ranges that overlap or are out of order into form. */
export function union(one: readonly Range[], other: readonly Range[]): Range[] {
  const all: Range[] = [];
  for (const [from, to] of [...one, ...other].sort((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

/** What is in `all` and not in `taken`. */
export function difference(all: readonly Range[], taken: readonly Range[]): Range[] {
  const rest: Range[] = [];
  let next = 0;
  for (const [from, to] of all) {
    let start = from;
    for (let hole = taken[next]; hole !== undefined && hole[0] <= to; hole = taken[next]) {
      if (hole[0] > start) rest.push([start, hole[0] - 1]);
      start = Math.max(start, hole[1] + 1);
      // It may reach into the next range, too.
      if (hole[1] > to) break;
      next += 1;
    }
    if (start <= to) rest.push([start, to]);
  }
  return rest;
}

/** What is in both. */
export function intersection(one: readonly Range[], other: readonly Range[]): Range[] {
  return difference(one, difference(one, other));
}

/** What is larger than a number. */
export function above(ranges: readonly Range[], number: number): Range[] {
  return difference(ranges, [[Number.NEGATIVE_INFINITY, number]]);
}

export function countOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/** As the report shows it. */
export function rowSet(ranges: readonly Range[]): RowSet {
  return { count: countOf(ranges), ranges: ranges.slice(0, LISTED) };
}
