import { PatientScene } from '../faults/patient-scene';
import { DIALECTS, Harness, quieten } from '../workflows/harness';

type Dialect = (typeof DIALECTS)[number];

const LONGEST_MS = 150_000;

/**
 * Plays in both dialects, all at once before the first test, each play on a pair of its own.
 *
 * @returns for each play, what came of it in a dialect.
 */
export function usePlays<T extends Record<string, (it: PatientScene, dialect: Dialect) => Promise<unknown>>>(
  plays: T,
): <K extends keyof T>(name: K, dialect: Dialect) => Promise<Awaited<ReturnType<T[K]>>> {
  const stages: Harness[] = [];
  const played = new Map<string, Promise<unknown>>();
  // A test that awaits its play waits as long as that takes.
  jest.setTimeout(LONGEST_MS);
  beforeAll(async () => {
    quieten();
    for (const dialect of DIALECTS) {
      const harness = await Harness.open({ dialect, pairs: Object.keys(plays).length });
      stages.push(harness);
      await harness.startWorker();
      for (const [name, play] of Object.entries(plays)) {
        const playing = play(new PatientScene(harness), dialect);
        // Its test awaits it, perhaps long after it failed.
        playing.catch(() => undefined);
        played.set(`${dialect} ${name}`, playing);
      }
    }
  }, LONGEST_MS);
  afterAll(() => Promise.all(stages.map((harness) => harness.close())), LONGEST_MS);
  return (name, dialect) => played.get(`${dialect} ${String(name)}`) as Promise<never>;
}
