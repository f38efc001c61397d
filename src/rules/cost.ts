import type { ProbeReport } from '../contract/probe';
import { type Move, moves } from '../contract/procedure';

/** What a run's moves have cost those who write; each is absent when it was not measured of every move that wrote. */
export interface Cost {
  /** The longest time without an acknowledged write, seconds: the measured RTO. */
  gapSeconds?: number;
  /** Acknowledged rows that are missing: the measured RPO. */
  lostRows?: number;
}

/** A move as the run has made it: what it measured, and whether its write may have been sent. */
export interface MadeMove {
  move: Move;
  pointOfNoReturn?: string | undefined;
  probe?: ProbeReport | undefined;
}

/** A rebuild interrupts nobody. What somebody else has written, or nobody, was not watched from before. */
export function costOf(made: readonly MadeMove[]): Cost {
  const wrote = made.filter(
    ({ move, pointOfNoReturn }) => pointOfNoReturn !== undefined && moves[move].write !== 'rebuild',
  );
  const gaps = wrote.map(({ probe }) => gapOf(probe));
  const losses = wrote.map(({ probe }) => probe?.missing?.count);
  return {
    ...(isComplete(gaps) ? { gapSeconds: Math.max(...gaps) } : {}),
    ...(isComplete(losses) ? { lostRows: losses.reduce((sum, count) => sum + count, 0) } : {}),
  };
}

function isComplete(values: (number | undefined)[]): values is number[] {
  return values.length > 0 && !values.includes(undefined);
}

/** No gap is none of a second; a gap before the first acknowledged write has no beginning. */
function gapOf(probe: ProbeReport | undefined): number | undefined {
  if (probe === undefined || probe.acknowledged === 0 || probe.gapNotMeasured !== undefined) return undefined;
  if (probe.gap !== undefined) return probe.gap.ms / 1_000;
  return Object.keys(probe.errors).length === 0 ? 0 : undefined;
}
