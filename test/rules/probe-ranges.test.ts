import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { Range } from '../../src/contract/probe';
import {
  above,
  append,
  countOf,
  difference,
  intersection,
  rowSet,
  union,
} from '../../src/rules/probe/ranges';

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 60 });

describe('ranges are sets of numbers', () => {
  test.each([
    ['union', union, (a: Set<number>, b: Set<number>) => [...new Set([...a, ...b])]],
    ['difference', difference, (a: Set<number>, b: Set<number>) => [...a].filter((n) => !b.has(n))],
    ['intersection', intersection, (a: Set<number>, b: Set<number>) => [...a].filter((n) => b.has(n))],
  ])('%s is what it is of sets', (_, operation, model) => {
    fc.assert(
      fc.property(numbers, numbers, (one, other) => {
        const expected = rangesOf(model(new Set(one), new Set(other)));
        // What differs is in the counterexample; expect() would cost most of the time.
        return isDeepStrictEqual(operation(rangesOf(one), rangesOf(other)), expected);
      }),
      { numRuns: 1_000 },
    );
  });

  test('numbers above a limit are those that are larger', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 61 }), (all, limit) => {
        expect(above(rangesOf(all), limit)).toEqual(rangesOf(all.filter((n) => n > limit)));
      }),
    );
  });

  test('counting them counts every number', () => {
    fc.assert(fc.property(numbers, (all) => expect(countOf(rangesOf(all))).toBe(all.length)));
  });

  test('ranges that overlap, touch or are out of order come into form', () => {
    const range = fc
      .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9 }))
      .map(([from, more]): Range => [from, from + more]);
    fc.assert(
      fc.property(fc.array(range), (ranges) => {
        const all = ranges.flatMap(([from, to]) => numbersFrom(from, to));
        expect(union(ranges, [])).toEqual(rangesOf([...new Set(all)]));
      }),
    );
  });

  test('no operation changes what it is given', () => {
    const given: Range[] = [[1, 3]];
    union(given, [[4, 5]]);
    difference(given, [[2, 2]]);
    intersection(given, [[2, 2]]);
    expect(given).toEqual([[1, 3]]);
  });
});

describe('a set in the report', () => {
  test('lists at most 20 ranges, and counts them all', () => {
    const ranges = Array.from({ length: 25 }, (_, index): Range => [10 * index, 10 * index + 1]);
    expect(rowSet(ranges)).toEqual({ count: 50, ranges: ranges.slice(0, 20) });
  });
});

/** In their one form, by the simplest means. */
function rangesOf(all: number[]): Range[] {
  const ranges: Range[] = [];
  for (const number of [...all].sort((a, b) => a - b)) append(ranges, number);
  for (const [index, [from, to]] of ranges.entries()) {
    const isApart = from > (ranges[index - 1]?.[1] ?? -1) + 1;
    if (to < from || !isApart) throw new Error(`not in form: ${JSON.stringify(ranges)}`);
  }
  return ranges;
}

function numbersFrom(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
