/**
 * What the write probe measured: numbered rows written through the Service URI, as an application would, from
 * before the promotion until after the pair has settled. All times are the worker's clock, ISO 8601.
 */
export interface ProbeReport {
  startedAt: string;
  endedAt: string;
  /** Rows per second that it tried to write; one per second after the first half hour. */
  rate: number;
  /** Rows whose commit was acknowledged. */
  acknowledged: number;
  /**
   * The time between two acknowledged writes with a failed one in between, or of {@link GAP_MS} and more: the measured
   * RTO. Of several the one that ended after the write was sent and was watched longest. Absent when no write failed or
   * took that long, when not one row was acknowledged, or when it was not measured.
   */
  gap?: WriteGap;
  /** Why the gap of the switch was not measured. */
  gapNotMeasured?: string;
  /** Gaps other than that one, in order; the 20 longest of them. */
  otherGaps?: WriteGap[];
  /**
   * Acknowledged rows that are not there any more: the measured RPO. Absent when the rows could not be read back, and
   * when not one was acknowledged.
   */
  missing?: RowSet;
  /** Rows that are there although their write failed: an application that repeats a write has it twice. */
  unexpected?: RowSet;
  /**
   * Rows that are there and whose answer nobody waited for: a worker wrote them and could not report before it died,
   * or the probe was stopped in the middle of one. Neither missing nor unexpected; absent when there are none.
   */
  unrecorded?: number;
  /** Failed writes by SQLSTATE (`25006`, `57P01`), or by the network's word for it (`ECONNREFUSED`, `timeout`). */
  errors: Record<string, number>;
  /** Milliseconds a write took, before the gap and after it; without a gap all counts as before. */
  latency: { before?: Latency; after?: Latency };
  /** When no worker was probing: one had died or ended and the next had not begun, or the process stood still. */
  unwatched?: { from: string; to: string; ms: number }[];
  series: ProbeSeries;
  /** Why the measurement is incomplete, or was not possible at all. */
  problem?: string;
}

/** Writes this far apart are a gap, also when none failed in between; at less than two rows per second, those that are twice as far apart as planned. */
export const GAP_MS = 1_000;

/**
 * Row numbers are unique over a run and say which attempt of the activity wrote them: the first attempt counts from 1,
 * the second from 1 000 001, the third from 2 000 001.
 */
export const ROWS_PER_ATTEMPT = 1_000_000;

export interface WriteGap {
  /** The last row acknowledged before. */
  lastBefore: { row: number; at: string };
  /** The first row acknowledged after; absent when none came until the end. */
  firstAfter?: { row: number; at: string };
  ms: number;
  /**
   * For so long of it no worker was probing, so that writes may have worked: the outage lasted between
   * `ms - unwatchedMs` and `ms`. Absent when all of it was watched.
   */
  unwatchedMs?: number;
}

/** A range of numbers, both ends included. */
export type Range = [from: number, to: number];

/** How many rows, and which: ranges of {@link ROWS_PER_ATTEMPT numbers}; at most 20 ranges are listed. */
export interface RowSet {
  count: number;
  ranges: Range[];
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

/**
 * Heartbeat details of `probeWrites`: all that was measured so far, for the next attempt to go on from. Every `t` is in
 * milliseconds since the probe began, by a clock that never goes back; it runs on over attempts.
 */
export interface ProbeProgress {
  /** In one line, for people. */
  observed: string;
  /** When this was said, ISO 8601; `t` is the same moment. */
  at: string;
  t: number;
  /** The form of all this. */
  version: 1;
  startedAt: string;
  /** How many writes were acknowledged. */
  acknowledged: number;
  /** Numbers of the acknowledged rows. */
  rows: Range[];
  /** Numbers of all rows whose write was acknowledged or failed. */
  decided: Range[];
  /** Rows up to this number are no longer told apart, since there were too many ranges; 0: all are. */
  foldedTo: number;
  /** There were earlier attempts, and nothing of what they measured is known. */
  lostAttempts?: boolean;
  errors: Record<string, number>;
  /** The last failure, for people. */
  lastFailure?: string;
  first?: ProbeMoment;
  last?: ProbeMoment;
  gaps: ProbeGap[];
  unwatched: ProbeStretch[];
  /** How long all acknowledged writes took, and those before the longest gap. */
  latency: { all: LatencyCounts; beforeGap: LatencyCounts };
  series: Omit<ProbeSeries, 'from'>;
}

/** An acknowledged write. */
export interface ProbeMoment {
  row: number;
  at: string;
  t: number;
}

export interface ProbeGap {
  lastBefore: ProbeMoment;
  firstAfter: ProbeMoment;
}

export interface ProbeStretch {
  from: { at: string; t: number };
  to: { at: string; t: number };
}

/** How many writes took how long: the number of a bucket of the scale in rules/probe/latency.ts, and a count. */
export type LatencyCounts = [bucket: number, count: number][];
