import type { Moment } from '../rules/probe/journal';
import { now } from '../util/now';

/**
 * Time since the probe began, over attempts. Only between two attempts is the time of day believed, since they may be
 * two machines; it never makes time go back.
 */
export class ProbeClock {
  readonly #startedAt = performance.now();
  readonly #offset: number;

  /** @param before the last moment of the attempt before. */
  constructor(before?: Moment) {
    this.#offset = before === undefined ? 0 : before.t + Math.max(0, Date.now() - Date.parse(before.at));
  }

  now(): Moment {
    const at = now();
    return { at, t: Math.round(this.#offset + performance.now() - this.#startedAt) };
  }
}
