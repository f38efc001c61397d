import type { ProbeSeries } from '../../contract/probe';

type Series = Omit<ProbeSeries, 'from'>;

const BUCKETS = 300;
const FIRST_BUCKET_MS = 1_000;

export function emptySeries(): Series {
  return { bucketMs: FIRST_BUCKET_MS, acknowledged: [], failed: [], slowestMs: [] };
}

/** @param t milliseconds since the begin of the series. */
export function noteAcknowledged(series: Series, t: number, tookMs: number): void {
  const bucket = reach(series, t);
  series.acknowledged[bucket] = (series.acknowledged[bucket] ?? 0) + 1;
  series.slowestMs[bucket] = Math.max(series.slowestMs[bucket] ?? 0, Math.round(tookMs * 10) / 10);
}

export function noteFailed(series: Series, t: number): void {
  const bucket = reach(series, t);
  series.failed[bucket] = (series.failed[bucket] ?? 0) + 1;
}

/** The bucket of a moment. All up to it exist from then on; when they are too many, each takes in its neighbour. */
export function reach(series: Series, t: number): number {
  while (t >= series.bucketMs * BUCKETS) {
    series.bucketMs *= 2;
    series.acknowledged = pairs(series.acknowledged).map(([a, b = 0]) => a + b);
    series.failed = pairs(series.failed).map(([a, b = 0]) => a + b);
    series.slowestMs = pairs(series.slowestMs).map(([a, b = null]) => slower(a, b));
  }
  const bucket = Math.floor(t / series.bucketMs);
  while (series.acknowledged.length <= bucket) {
    series.acknowledged.push(0);
    series.failed.push(0);
    series.slowestMs.push(null);
  }
  return bucket;
}

function pairs<T>(values: T[]): [T, T?][] {
  return Array.from(
    { length: Math.ceil(values.length / 2) },
    (_, index) => values.slice(2 * index, 2 * index + 2) as [T, T?],
  );
}

function slower(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}
