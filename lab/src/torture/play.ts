import type { Dialect } from '../lab';
import type { Case, Kind, Length } from './cases';
import { type Tortured, tortured } from './procedures';
import { Scene, type Shared } from './scene';

/** What came of a case. */
export interface Verdict {
  outcome: string;
  /** `primary/recovery`, as they really are. */
  roles: string;
  /** Writes that began a role change, by anybody. */
  effective: number;
  /** From the blow to the next request at the API, milliseconds; absent when no request followed. */
  standstillMs?: number;
}

export function isRight(procedure: Tortured, { outcome, roles, effective }: Verdict): boolean {
  const right = tortured[procedure];
  return outcome === right.outcome && roles === right.roles && effective === right.effective;
}

/** A run that meets no trouble, to know the points of those that do. */
export async function measure(
  shared: Shared,
  dialect: Dialect,
  kind: Kind,
  procedure: Tortured,
): Promise<Length> {
  const scene = await Scene.open(shared, dialect, kind, procedure);
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
      scene ??= await Scene.open(shared, one.dialect, one.kind, one.procedure);
      const verdict = await play(scene, one);
      onVerdict(one, verdict);
      if (isRight(one.procedure, verdict)) continue;
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
    roles: scene.roles,
    effective: requests.filter(({ effect }) => effect === 'role-change').length,
    ...(next === undefined ? {} : { standstillMs: Date.parse(next.time) - struckAt }),
  };
  if (isRight(point.procedure, verdict)) await scene.again();
  return verdict;
}
