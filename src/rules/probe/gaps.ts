import { GAP_MS, type ProbeGap, type ProbeProgress, type ProbeStretch } from '../../contract/probe';

const KEPT = 21;
const STRETCHES = 20;

/** Whether a write failed since the last acknowledged one, or that one is longer ago than the rate explains. */
export function isGap(
  { lastFailure }: Pick<ProbeProgress, 'lastFailure'>,
  ms: number,
  intervalMs: number,
): boolean {
  return lastFailure !== undefined || ms >= Math.max(GAP_MS, 2 * intervalMs);
}

export function lengthOf({ lastBefore, firstAfter }: ProbeGap): number {
  return firstAfter.t - lastBefore.t;
}

/** Adds a gap, in order; of too many the longest are kept. */
export function keep(gaps: ProbeGap[], gap: ProbeGap): void {
  gaps.push(gap);
  if (gaps.length <= KEPT) return;
  const shortest = gaps.reduce((a, b) => (lengthOf(b) < lengthOf(a) ? b : a));
  gaps.splice(gaps.indexOf(shortest), 1);
}

/** Adds a stretch that nobody watched. Of too many, neighbours become one: rather too much of it than too little. */
export function keepUnwatched(stretches: ProbeStretch[], stretch: ProbeStretch): void {
  stretches.push(stretch);
  if (stretches.length <= STRETCHES) return;
  const between = stretches.slice(1).map(({ from }, index) => from.t - (stretches[index]?.to.t ?? 0));
  const [one, other] = stretches.splice(between.indexOf(Math.min(...between)), 2);
  if (one === undefined || other === undefined) return;
  stretches.push({ from: one.from, to: other.to });
  stretches.sort((a, b) => a.from.t - b.from.t);
}

/** How long nobody watched between two moments, milliseconds. */
export function unwatchedWithin(stretches: readonly ProbeStretch[], from: number, to: number): number {
  return stretches.reduce(
    (sum, stretch) => sum + Math.max(0, Math.min(to, stretch.to.t) - Math.max(from, stretch.from.t)),
    0,
  );
}
