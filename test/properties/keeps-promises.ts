import fc from 'fast-check';
import { loadWorkflows } from './driver';
import { play } from './play';
import { check } from './promises';
import { scenario } from './scenario';

/** The same sequences every time, so that a red build is about the change; `PROPERTY_SEED=7 npx jest test/properties` looks elsewhere. */
const SEED = Number(process.env.PROPERTY_SEED ?? 20_261_122);
/** On a machine that is too busy for all of them, the rest is left out. */
const TIME_LIMIT_MS = 40_000;

/** Plays so many sequences of faults in each dialect, and holds every run to what it promises. */
export function keepsPromises(runs: number): void {
  beforeAll(loadWorkflows);

  test.each(['role', 'promote-to-master'] as const)(
    'whatever goes wrong, a run keeps its promises, in the %s dialect',
    async (dialect) => {
      const began = process.hrtime.bigint();
      const property = fc.asyncProperty(scenario, async (it) => {
        const spentMs = Number(process.hrtime.bigint() - began) / 1e6;
        if (spentMs < TIME_LIMIT_MS) check(await play(dialect, it), it);
      });
      await fc.assert(property, { numRuns: runs, seed: SEED });
    },
  );
}
