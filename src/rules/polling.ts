/** The first looks come soon, so that a switch of a second is seen moving. */
const FIRST_MS = 200;
const SOON_MS = 1_000;
const LAST_MS = 5_000;
/** A settled pair is noticed after at most a tenth of the time the switch took. */
const SHARE_OF_ELAPSED = 0.08;
/** Three good reads must span what is needed, so two pauses fill it. */
const PAUSES_TO_FILL = 2;
/** Four looks a second at most, however short the settle window. */
const SHORTEST_MS = 250;

/**
 * How long to pause before the next read of both services: 0.2 s at first, soon a second, longer as the wait grows, up
 * to 5 s; shorter while good reads are being counted, if the span that they need asks for it.
 *
 * @param neededMs how long the good reads must span, see {@link spanNeeded}.
 * @param random a number in [0, 1): spreads many runs that started together over ±10 %.
 */
export function pauseBeforeNextRead(
  elapsedMs: number,
  goodReads: number,
  neededMs: number,
  random: number,
): number {
  const soon = Math.min(SOON_MS, FIRST_MS + elapsedMs / 2);
  const adaptive = Math.min(LAST_MS, Math.max(soon, elapsedMs * SHARE_OF_ELAPSED)) * (0.9 + random * 0.2);
  if (goodReads === 0) return adaptive;
  return Math.max(SHORTEST_MS, Math.min(adaptive, neededMs / PAUSES_TO_FILL));
}

/** Changes of a pair's situation, and how long a situation that is no news is held back after them, milliseconds. */
const HOLDS = [
  { changes: 12, ms: 30_000 },
  { changes: 60, ms: 5 * 60_000 },
  { changes: 150, ms: 60 * 60_000 },
] as const;

/**
 * How long a run leaves a flapping pair alone before it takes down the next change, milliseconds: a month of flapping must
 * fit into a workflow's history. What it has not seen yet is never held back.
 */
export function holdAfter(changes: number): number {
  return HOLDS.findLast((hold) => changes > hold.changes)?.ms ?? 0;
}

/** Good reads in a row before the goal counts as reached. */
export const GOOD_READS = 3;
/** Without a single unsettled read the switch may not have begun: look this much longer. */
const UNMOVED_FACTOR = 2;
/** And at least so long, however short the settle window: right after the write both states can still be RUNNING. */
const UNMOVED_LEAST_MS = 5_000;

/** How long three good reads must span, in milliseconds. */
export function spanNeeded(settleWindowMs: number, moved: boolean): number {
  return moved ? settleWindowMs : Math.max(UNMOVED_LEAST_MS, settleWindowMs * UNMOVED_FACTOR);
}

/** True when the goal has been seen often and long enough to be believed. */
export function isConfirmed(
  goodReads: number,
  spanMs: number,
  settleWindowMs: number,
  moved: boolean,
): boolean {
  return goodReads >= GOOD_READS && spanMs >= spanNeeded(settleWindowMs, moved);
}
