import { formatDuration, parseDuration } from './duration';

/** How far the passive side is behind the active one: what it has *replayed*, since what it only received is not there yet. */
export interface Lag {
  /** When it was measured, ISO 8601. */
  at: string;
  /** WAL that the active side has written and the passive side has not replayed; absent when it could not be measured. */
  bytes?: number;
  /** Age of the last transaction that was replayed, in seconds; 0 when nothing is outstanding, so also for an idle source. */
  seconds?: number;
  /**
   * Transactions that the active side has begun and the passive side does not know of: at most so many of its commits are
   * outstanding. Absent when one of the two could not be asked.
   */
  transactions?: number;
  /** Bytes per second by which it shrinks; negative while it grows, absent until two looks were taken. */
  drainRate?: number;
  /** Seconds until nothing is outstanding, at the present rate; absent while it does not shrink. */
  etaSeconds?: number;
  /** True when the replay is paused on the passive side, so that no waiting helps. */
  paused?: boolean;
  /** Why it could not be measured, one sentence. */
  problem?: string;
}

/**
 * What would be lost if the active side were gone now: `at most 12 transactions, 1.3 MB of WAL, 4 s`.
 *
 * @param lastGood the last that was measured before, where this is not.
 */
export function describeLoss(lag: Lag | undefined, lastGood?: Lag): string {
  if (lag === undefined && lastGood === undefined) return 'unknown (no database was asked)';
  if (lag?.bytes === 0) return 'nothing is outstanding';
  if (lag?.bytes !== undefined) return lossOf(lag);
  const why = lag?.problem ?? 'it was not measured';
  const age =
    lag?.seconds === undefined
      ? ''
      : `; the newest transaction that was replayed is ${formatDuration(lag.seconds * 1_000)} old`;
  const before =
    lastGood === undefined
      ? '; this run never measured it'
      : `; at ${lastGood.at} it was ${lastGood.bytes === 0 ? 'nothing' : lossOf(lastGood)}`;
  return `unknown (${why}${age}${before})`;
}

function lossOf({ transactions, bytes = 0, seconds }: Lag): string {
  return [
    ...(transactions === undefined ? [] : [`at most ${transactions} transactions`]),
    `${formatBytes(bytes)} of WAL`,
    ...(seconds === undefined ? [] : [formatDuration(seconds * 1_000)]),
  ].join(', ');
}

/** The largest lag with which the run goes on: an age or an amount of WAL. */
export type LagLimit = { seconds: number } | { bytes: number };

const SIZE = /^(\d{1,9})(B|kB|MB|GB)$/;
const UNIT = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const;

/** Reads `"5s"` or `"16MB"` (PostgreSQL's units, powers of 1024); anything else is `undefined`. */
export function parseLagLimit(text: string): LagLimit | undefined {
  const [, amount, unit] = SIZE.exec(text) ?? [];
  if (amount !== undefined) return { bytes: Number(amount) * UNIT[unit as keyof typeof UNIT] };
  const ms = parseDuration(text);
  return ms === undefined ? undefined : { seconds: ms / 1_000 };
}

/** True only when the lag was measured and is no larger than the limit. A paused replay is never within. */
export function isWithin(lag: Lag, limit: LagLimit): boolean {
  if (lag.paused === true || lag.problem !== undefined) return false;
  if ('bytes' in limit) return lag.bytes !== undefined && lag.bytes <= limit.bytes;
  return lag.seconds !== undefined && lag.seconds <= limit.seconds;
}

/** `42.0 MB, 12 s behind, shrinking by 1.4 MB/s, about 30 s left` */
export function describeLag(lag: Lag | undefined): string {
  if (lag === undefined) return 'lag not known: not measured yet';
  if (lag.problem !== undefined) return `lag not known: ${lag.problem}`;
  if (lag.paused === true) return `${amount(lag)}, and the replay is paused`;
  if (lag.bytes === 0) return 'no lag: all is replayed';
  const trend = trendOf(lag);
  return trend === undefined ? amount(lag) : `${amount(lag)}, ${trend}`;
}

/** `at most 5 s`, `at most 16.0 MB` */
export function describeLimit(limit: LagLimit): string {
  return `at most ${'bytes' in limit ? formatBytes(limit.bytes) : formatDuration(limit.seconds * 1_000)}`;
}

/** `512 B`, `1.5 kB`, `42.0 MB` in powers of 1024, as PostgreSQL's pg_size_pretty. */
export function formatBytes(bytes: number): string {
  const [unit = 'B', size = 1] =
    (Object.entries(UNIT) as [string, number][]).findLast(([, size]) => bytes >= size) ?? [];
  return unit === 'B' ? `${Math.round(bytes)} B` : `${(bytes / size).toFixed(1)} ${unit}`;
}

function amount({ bytes, seconds }: Lag): string {
  const parts = [
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
    ...(seconds === undefined ? [] : [formatDuration(seconds * 1_000)]),
  ];
  return parts.length === 0 ? 'behind by an unknown amount' : `${parts.join(', ')} behind`;
}

function trendOf({ drainRate, etaSeconds }: Lag): string | undefined {
  if (drainRate === undefined) return undefined;
  if (drainRate < 0) return `growing by ${formatBytes(-drainRate)}/s`;
  if (etaSeconds === undefined) return 'not shrinking';
  return `shrinking by ${formatBytes(drainRate)}/s, about ${formatDuration(etaSeconds * 1_000)} left`;
}

/**
 * One look at how far the passive side is behind. Positions in the WAL are bytes since its begin, in decimal: they may
 * be larger than a number can hold exactly.
 */
export interface LagSample {
  /** When the position of the active side was asked for, ISO 8601, by the clock of this machine. */
  at: string;
  /** The end of the WAL that the active side has written. */
  activeLsn?: string;
  /** The end of the WAL that the passive side has replayed, asked for *after* {@link activeLsn}. */
  replayLsn?: string;
  /** What of it is outstanding, bytes. */
  bytes?: number;
  /** The next transaction id of the active side, and the one that the passive side knows of, in decimal. */
  activeXid?: string;
  replayXid?: string;
  /** Age of the last transaction that was replayed, by the server's clock; 0 when nothing is outstanding. */
  seconds?: number;
  /** True when the replay is paused, or was asked to pause; absent when the passive side could not be asked. */
  paused?: boolean;
  /** What could not be asked, one sentence; what is there besides is still true. */
  problem?: string;
}
