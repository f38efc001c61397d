import fc from 'fast-check';
import { emptySeries, noteAcknowledged, noteFailed, reach } from '../../src/rules/probe/series';

const HOUR = 3_600_000;
const event = fc.record({
  t: fc.integer({ min: 0, max: 30 * HOUR }),
  tookMs: fc.option(fc.integer({ min: 0, max: 2_000 })),
});
/** In the order of time, as they happen. */
const events = fc.array(event, { maxLength: 200 }).map((all) => all.sort((a, b) => a.t - b.t));

test('every bucket holds what happened in its time', () => {
  fc.assert(
    fc.property(events, (all) => {
      const series = emptySeries();
      for (const { t, tookMs } of all) {
        if (tookMs === null) noteFailed(series, t);
        else noteAcknowledged(series, t, tookMs);
      }
      const buckets = series.acknowledged.map((_, bucket) => {
        const within = all.filter(({ t }) => Math.floor(t / series.bucketMs) === bucket);
        const took = within.flatMap(({ tookMs }) => tookMs ?? []);
        return [took.length, within.length - took.length, took.length === 0 ? null : Math.max(...took)];
      });
      const held = series.acknowledged.map((acknowledged, bucket) => [
        acknowledged,
        series.failed[bucket],
        series.slowestMs[bucket],
      ]);
      expect(held).toEqual(buckets);
      expect(sum(series.acknowledged) + sum(series.failed)).toBe(all.length);
    }),
  );
});

test('there are never more than 300 buckets, and never fewer than half of that once the width has grown', () => {
  fc.assert(
    fc.property(events, (all) => {
      const series = emptySeries();
      for (const { t } of all) noteFailed(series, t);
      const { length } = series.failed;
      expect(series.acknowledged).toHaveLength(length);
      expect(series.slowestMs).toHaveLength(length);
      expect(length).toBeLessThanOrEqual(300);
      if (series.bucketMs > 1_000) expect(length).toBeGreaterThanOrEqual(150);
    }),
  );
});

test('an outage at the end is drawn as well', () => {
  const series = emptySeries();
  noteAcknowledged(series, 500, 3);
  reach(series, 4_200);
  expect(series).toEqual({
    bucketMs: 1_000,
    acknowledged: [1, 0, 0, 0, 0],
    failed: [0, 0, 0, 0, 0],
    slowestMs: [3, null, null, null, null],
  });
});

function sum(counts: number[]): number {
  return counts.reduce((a, b) => a + b, 0);
}
