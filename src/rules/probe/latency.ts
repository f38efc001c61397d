import type { Latency, LatencyCounts } from '../../contract/probe';

/** The upper end of the first bucket, milliseconds. */
const SMALLEST_MS = 0.1;
/** Each bucket is this much wider than the one before, so that its middle is at most 4 % off. */
const RATIO = 1.08;

/** Counts one more write that took so long. */
export function count(counts: LatencyCounts, ms: number): void {
  const bucket = bucketOf(ms);
  const at = counts.findIndex(([other]) => other >= bucket);
  const found = counts[at];
  if (found?.[0] === bucket) found[1] += 1;
  else counts.splice(at === -1 ? counts.length : at, 0, [bucket, 1]);
}

/** What is in `all` and not in `before`, where `before` was counted on the way to `all`. */
export function since(all: LatencyCounts, before: LatencyCounts): LatencyCounts {
  const earlier = new Map(before);
  const rest = all.map(([bucket, n]): [number, number] => [bucket, n - (earlier.get(bucket) ?? 0)]);
  return rest.filter(([, n]) => n > 0);
}

/** Percentiles by nearest rank, at most 5 % off; `undefined` of nothing. */
export function latencyOf(counts: LatencyCounts): Latency | undefined {
  const total = counts.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return undefined;
  return { p50: percentile(counts, 0.5 * total), p99: percentile(counts, 0.99 * total), count: total };
}

function percentile(counts: LatencyCounts, rank: number): number {
  let seen = 0;
  const found = counts.find(([, n]) => {
    seen += n;
    return seen >= rank;
  });
  return middleOf(found?.[0] ?? 0);
}

function bucketOf(ms: number): number {
  return Math.max(0, Math.ceil(Math.log(ms / SMALLEST_MS) / Math.log(RATIO)));
}

function middleOf(bucket: number): number {
  return Number((SMALLEST_MS * RATIO ** (bucket - 0.5)).toPrecision(3));
}
