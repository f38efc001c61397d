import type { Lag, LagSample } from '../contract/lag';
import { compact } from '../util/compact';

/** What a rate is made of: shorter is a jumpy number, longer a late one. */
const WINDOW_MS = 30_000;

/** What looks at the lag, oldest first, mean together: the last of them, and how it develops. */
export function lagOf(looks: readonly LagSample[]): Lag {
  const last = looks.at(-1);
  if (last === undefined) return { at: '', problem: 'not measured' };
  const { at, bytes, paused, problem } = last;
  const seconds = secondsOf(last, looks);
  return {
    at,
    ...compact({ bytes, transactions: transactionsOf(last) }),
    ...(seconds === undefined ? {} : { seconds: round(seconds) }),
    ...trendOf(last, looks),
    ...compact({ paused }),
    // What was measured all the same, from the active side's own reports, counts.
    ...(problem === undefined || bytes !== undefined ? {} : { problem }),
  };
}

/** Ids are given out in turn, to whatever writes: so many at most are not there yet. */
function transactionsOf({ activeXid, replayXid, bytes }: LagSample): number | undefined {
  if (bytes === 0) return 0;
  if (activeXid === undefined || replayXid === undefined) return undefined;
  return Math.max(0, Number(BigInt(activeXid) - BigInt(replayXid)));
}

/**
 * The age of the last replayed transaction says too much of a source that hardly writes. What the active side had
 * written at an earlier look, and is replayed now, bounds it: all that is older than that look is replayed.
 */
function secondsOf(last: LagSample, looks: readonly LagSample[]): number | undefined {
  const { replayLsn, seconds } = last;
  if (replayLsn === undefined) return seconds;
  const caughtUpWith = looks.findLast(
    (one) => one !== last && one.activeLsn !== undefined && BigInt(one.activeLsn) <= BigInt(replayLsn),
  );
  if (caughtUpWith === undefined) return seconds;
  const bound = (Date.parse(last.at) - Date.parse(caughtUpWith.at)) / 1_000;
  return Math.max(0, Math.min(seconds ?? bound, bound));
}

function trendOf(last: LagSample, looks: readonly LagSample[]): Pick<Lag, 'drainRate' | 'etaSeconds'> {
  const { bytes } = last;
  const drainRate = drainRateOf(last, looks);
  if (bytes === undefined || drainRate === undefined) return {};
  return drainRate > 0 ? { drainRate, etaSeconds: Math.ceil(bytes / drainRate) } : { drainRate };
}

/** The slope of the line that fits best, by least squares; bytes per second, positive while it shrinks. */
function drainRateOf(last: LagSample, looks: readonly LagSample[]): number | undefined {
  const end = Date.parse(last.at);
  const points = looks.flatMap(({ at, bytes }) => {
    const before = end - Date.parse(at);
    return bytes === undefined || before > WINDOW_MS ? [] : [{ x: -before / 1_000, y: bytes }];
  });
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const variance = mean(({ x }) => (x - meanX) ** 2);
  // Also of a single look, and of several at one moment.
  if (!(variance > 0)) return undefined;
  const slope = mean(({ x, y }) => (x - meanX) * (y - meanY)) / variance;
  return -Math.round(slope) || 0;
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
