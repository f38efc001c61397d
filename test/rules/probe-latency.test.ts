import fc from 'fast-check';
import type { LatencyCounts } from '../../src/contract/probe';
import { count, latencyOf, since } from '../../src/rules/probe/latency';

/** From a tenth of a millisecond to ten seconds, as many short ones as long ones. */
const latency = fc.double({ min: -1, max: 4, noNaN: true }).map((power) => 10 ** power);
const latencies = fc.array(latency, { minLength: 1, maxLength: 300 });

test('percentiles are those of the values, to 5 %', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const { p50, p99, count: total } = latencyOf(countsOf(values)) ?? { p50: 0, p99: 0, count: 0 };
      expect(total).toBe(values.length);
      for (const [found, share] of [
        [p50, 0.5],
        [p99, 0.99],
      ] as const) {
        const exact = percentile(values, share);
        expect(Math.abs(found - exact) / exact).toBeLessThanOrEqual(0.05);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('those since a moment are those of the values that came after it', () => {
  fc.assert(
    fc.property(latencies, latencies, (before, after) => {
      const all = countsOf([...before, ...after]);
      expect(since(all, countsOf(before))).toEqual(countsOf(after));
    }),
  );
});

test('of nothing there is none', () => {
  expect(latencyOf([])).toBeUndefined();
});

test('a write that took no time at all counts as well', () => {
  expect(latencyOf(countsOf([0]))).toMatchObject({ count: 1 });
});

test('however many writes there are, counts stay few', () => {
  fc.assert(
    fc.property(fc.array(latency, { minLength: 5_000, maxLength: 5_000 }), (values) => {
      expect(JSON.stringify(countsOf(values)).length).toBeLessThan(2_000);
    }),
    { numRuns: 5 },
  );
});

function countsOf(values: number[]): LatencyCounts {
  const counts: LatencyCounts = [];
  for (const value of values) count(counts, value);
  return counts;
}

/** Nearest rank. */
function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Number(sorted[Math.ceil(share * sorted.length) - 1]);
}
