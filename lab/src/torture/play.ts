import type { Dialect } from '../lab';
import type { Case, Length } from './cases';
import { Scene, type Shared } from './scene';

/** What came of a case. */
export interface Verdict {
  outcome: string;
  isHome: boolean;
  /** Writes that began a role change, by anybody. */
  effective: number;
  /** From the blow to the next request at the API, milliseconds; absent when no request followed. */
  standstillMs?: number;
}

/** A run without trouble, to know its points. */
export async function measure(shared: Shared, dialect: Dialect): Promise<Length> {
  const scene = await Scene.open(shared, dialect, undefined);
  try {
    await scene.start();
    await scene.outcome();
    return { events: await scene.events(), requests: scene.lab.requests().length };
  } finally {
    await scene.close();
  }
}

/** Plays one case, with a lab, a worker and a task queue of its own. */
export async function play(shared: Shared, { kind, dialect, ...point }: Case): Promise<Verdict> {
  const scene = await Scene.open(shared, dialect, kind);
  try {
    if (point.at === 'request') scene.hold(point.n);
    await scene.start();
    const ended = scene.outcome();
    await Promise.race([scene.reaches(point), ended]);
    const struckAt = await scene.strike();
    const outcome = await ended;
    const requests = scene.lab.requests();
    const next = requests.find(({ time }) => Date.parse(time) > struckAt);
    return {
      outcome,
      isHome: scene.isHome,
      effective: requests.filter(({ effect }) => effect === 'role-change').length,
      ...(next === undefined ? {} : { standstillMs: Date.parse(next.time) - struckAt }),
    };
  } finally {
    await scene.close();
  }
}
