import { formatDuration } from '../contract/duration';
import type { NodeProgress, PairObservation } from '../contract/observation';

/** Less than this of a phase says nothing about its pace. */
const LEAST_SHARE = 0.02;

/** How long a node that catches up still needs, by its pace since it was seen first; of its present phase alone. */
export class CatchUpPace {
  #first: (NodeProgress & { atMs: number }) | undefined;

  /**
   * @param atMs of a clock that only goes forward.
   * @returns `, about 12 min left of basebackup`; empty while nothing catches up, or the pace is not known yet.
   */
  describe({ primary, recovery }: PairObservation, atMs: number): string {
    const [progress] = [primary, recovery].flatMap((it) => (it.readable ? (it.progress ?? []) : []));
    const first = this.#first;
    if (progress === undefined || first?.phase !== progress.phase || progress.share < first.share) {
      this.#first = progress && { ...progress, atMs };
      return '';
    }
    const done = progress.share - first.share;
    if (done < LEAST_SHARE) return '';
    const leftMs = ((1 - progress.share) / done) * (atMs - first.atMs);
    return `, about ${formatDuration(Math.ceil(leftMs / 1_000) * 1_000)} left of ${progress.phase}`;
  }
}
