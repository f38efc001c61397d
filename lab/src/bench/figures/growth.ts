import type { Figure, Growth, Measurement } from '../figure';
import { type Stage, timed } from '../stage';
import { exponentOf } from '../statistics';
import { runFleet } from './fleet';

const TRANSITION_MS = 5_000;
/** Runs at the same time, as somebody would choose who brings a region home. */
const CONCURRENCY = 100;
const SIZES = [10, 100, 1_000];
/** The size in place of the largest one where that would take longer than this, by what the one before it took. */
const LONGEST_MS = 240_000;
const INSTEAD = 300;

/** What ten times as many pairs cost. */
export const growth: Figure = async (stage, { quick, mostPairs }) => {
  const sizes: Growth[] = [];
  for (const pairs of quick ? [5, 20] : SIZES.filter((size) => size <= mostPairs)) {
    sizes.push(await sizeOf(stage, affordable(pairs, sizes.at(-1))));
    await stage.clear();
  }
  const range = sizes.map(({ pairs }) => pairs).join(' → ');
  const grown = (name: string, which: keyof Growth, unit: string): Measurement => ({
    measured: `growth ${range} pairs: ${name}`,
    against: 'linear',
    unit: 'exponent',
    values: [exponentOf(sizes.map((size) => ({ size: size.pairs, cost: size[which] })))],
    goal: { is: 'at most', limit: 1.05, alarm: 1.6 },
    detail: sizes.map((size) => `${Math.round(size[which])}`).join(' → ') + unit,
  });
  const largest = sizes.at(-1);
  return {
    growth: sizes,
    measurements: [
      grown('wall', 'seconds', ' s'),
      grown('requests', 'requests', ''),
      {
        measured: `worker memory, at the most, fleet of ${largest?.pairs}`,
        unit: 'MB',
        values: [largest?.workerMb ?? Number.NaN],
        goal: { is: 'at most', limit: 450 },
        detail: `${sizes.map(({ workerMb }) => Math.round(workerMb)).join(' → ')} MB; ${CONCURRENCY} runs at a time`,
      },
    ],
  };
};

function affordable(pairs: number, last: Growth | undefined): number {
  const expectedMs = last === undefined ? 0 : (last.seconds * 1_000 * pairs) / last.pairs;
  return expectedMs > LONGEST_MS ? Math.min(pairs, INSTEAD) : pairs;
}

async function sizeOf(stage: Stage, pairs: number): Promise<Growth> {
  const scene = await stage.scene({ pairs, transitionMs: TRANSITION_MS });
  const host = await stage.worker(scene);
  const ms = await timed(() => runFleet(scene, pairs, Math.min(pairs, CONCURRENCY)));
  const requests = scene.lab.requests().length;
  return { pairs, seconds: ms / 1_000, requests, workerMb: host.memoryMb().most };
}
