const FIRST_MS = 1_000;
const LAST_MS = 5_000;
/** A settled pair is noticed after at most a tenth of the time the switch took. */
const SHARE_OF_ELAPSED = 0.08;
/** Three good reads must span the settle window, so two pauses fill it. */
const PAUSES_IN_SETTLE_WINDOW = 2;
const SHORTEST_MS = 100;

/**
 * How long to pause before the next read of both services: a second at first, longer as the wait grows, up to
 * 5 s; shorter while good reads are being counted, if the settle window asks for it.
 *
 * @param random a number in [0, 1): spreads many runs that started together over ±10 %.
 */
export function pauseBeforeNextRead(
  elapsedMs: number,
  goodReads: number,
  settleWindowMs: number,
  random: number,
): number {
  const adaptive = Math.min(LAST_MS, Math.max(FIRST_MS, elapsedMs * SHARE_OF_ELAPSED)) * (0.9 + random * 0.2);
  if (goodReads === 0) return adaptive;
  return Math.min(adaptive, Math.max(SHORTEST_MS, settleWindowMs / PAUSES_IN_SETTLE_WINDOW));
}

/** Good reads in a row before the goal counts as reached. */
export const GOOD_READS = 3;
/** Without a single unsettled read the switch may not have begun: look this much longer. */
const UNMOVED_FACTOR = 2;
/** And at least so long, however short the settle window: right after the write both states can still be RUNNING. */
const UNMOVED_LEAST_MS = 5_000;

/** True when the goal has been seen often and long enough to be believed. */
export function isConfirmed(
  goodReads: number,
  spanMs: number,
  settleWindowMs: number,
  moved: boolean,
): boolean {
  const neededMs = moved ? settleWindowMs : Math.max(UNMOVED_LEAST_MS, settleWindowMs * UNMOVED_FACTOR);
  return goodReads >= GOOD_READS && spanMs >= neededMs;
}
