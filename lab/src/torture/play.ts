import type { Dialect } from '../lab';
import type { Case, Kind, Length } from './cases';
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

const END = 'switched-back';

export function isRight({ outcome, isHome, effective }: Verdict): boolean {
  return outcome === END && isHome && effective === 1;
}

/** A run that meets no trouble, to know the points of those that do. */
export async function measure(shared: Shared, dialect: Dialect, kind: Kind): Promise<Length> {
  const scene = await Scene.open(shared, dialect, kind);
  try {
    await scene.start();
    await scene.outcome();
    return { events: await scene.events(), requests: scene.requests().length };
  } finally {
    await scene.close();
  }
}

/** Plays cases of one kind and dialect one after the other, with one lab and one task queue while all goes well. */
export async function playInTurn(
  shared: Shared,
  cases: readonly Case[],
  onVerdict: (one: Case, verdict: Verdict) => void,
): Promise<void> {
  let scene: Scene | undefined;
  try {
    for (const one of cases) {
      scene ??= await Scene.open(shared, one.dialect, one.kind);
      const verdict = await play(scene, one);
      onVerdict(one, verdict);
      if (isRight(verdict)) continue;
      // What went wrong must not reach the next one.
      await scene.close();
      scene = undefined;
    }
  } finally {
    await scene?.close();
  }
}

async function play(scene: Scene, point: Case): Promise<Verdict> {
  if (point.at === 'request') scene.hold(point.n);
  await scene.start();
  let hasEnded = false;
  const ended = scene.outcome().finally(() => {
    hasEnded = true;
  });
  await Promise.race([scene.reaches(point, () => hasEnded), ended]);
  const struckAt = await scene.strike(point.kind);
  const outcome = await ended;
  const requests = scene.requests();
  const next = requests.find(({ time }) => Date.parse(time) > struckAt);
  const verdict = {
    outcome,
    isHome: scene.isHome,
    effective: requests.filter(({ effect }) => effect === 'role-change').length,
    ...(next === undefined ? {} : { standstillMs: Date.parse(next.time) - struckAt }),
  };
  if (isRight(verdict)) await scene.leaveHome();
  return verdict;
}
