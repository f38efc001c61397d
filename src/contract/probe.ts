/**
 * What the write-gap stopwatch measured: numbered rows written through the Service URI, as an application would, from
 * before the promotion until after the pair has settled. All times are the worker's clock, ISO 8601.
 */
export interface ProbeReport {
  startedAt: string;
  endedAt: string;
  /** Rows per second that it tried to write. */
  rate: number;
  /** Rows whose commit was acknowledged. */
  acknowledged: number;
  /**
   * The longest time without an acknowledged write: the measured RTO. Absent when writes never failed for longer than
   * {@link GAP_MS}, or when not one row was acknowledged.
   */
  gap?: WriteGap;
  /** Gaps other than the longest one, in order. */
  otherGaps?: WriteGap[];
  /** Acknowledged rows that are not there any more: the measured RPO. Absent when the rows could not be read back. */
  missing?: RowSet;
  /** Rows that are there although their write failed: an application that repeats a write has it twice. */
  unexpected?: RowSet;
  /** Rows that a worker wrote and could not report before it died: neither missing nor unexpected. */
  unrecorded?: number;
  /** Failed writes by SQLSTATE (`25006`, `57P01`), or by the network's word for it (`ECONNREFUSED`, `timeout`). */
  errors: Record<string, number>;
  /** Milliseconds a write took, before the gap and after it; without a gap all counts as before. */
  latency: { before?: Latency; after?: Latency };
  /** When no worker was probing, since one had died and the next had not begun. */
  unwatched?: { from: string; to: string; ms: number }[];
  series: ProbeSeries;
  /** Why the measurement is incomplete, or was not possible at all. */
  problem?: string;
}

/** Writes this far apart are a gap. */
export const GAP_MS = 1_000;

export interface WriteGap {
  /** The last row acknowledged before. */
  lastBefore: { row: number; at: string };
  /** The first row acknowledged after; absent when none came until the end. */
  firstAfter?: { row: number; at: string };
  ms: number;
}

/** How many rows, and which: ranges of numbers, both ends included; at most 20 ranges are listed. */
export interface RowSet {
  count: number;
  ranges: [from: number, to: number][];
}

export interface Latency {
  p50: number;
  p99: number;
  count: number;
}

/** Writes over time, in buckets of equal width: what the evidence draws. */
export interface ProbeSeries {
  /** Begin of the first bucket, ISO 8601. */
  from: string;
  bucketMs: number;
  acknowledged: number[];
  failed: number[];
  /** The slowest acknowledged write of each bucket, milliseconds; null where there was none. */
  slowestMs: (number | null)[];
}
