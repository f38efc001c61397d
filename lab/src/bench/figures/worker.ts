import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../figure';
import { finish, primaryOf, type Scene, type Stage, timed } from '../stage';

const REPORTER = join(__dirname, '..', 'report-heap.js');
/** Long enough for each thread to report once more. */
const REPORTED_MS = 3_000;

/** What a waiting run costs its worker, and how soon a worker is of use. */
export const worker: Figure = async (stage, { quick }) => ({
  measurements: [
    {
      measured: 'heap per waiting run',
      unit: 'KB',
      values: await memoryOfWaiting(stage, quick ? 40 : 250),
      goal: { is: 'at most', limit: 60 },
      detail: 'runs that wait for an approval; all threads of the worker, after a collection',
    },
    {
      measured: 'worker start → first result (a plan that waits for it)',
      unit: 's',
      values: await firstResults(stage, quick ? 1 : 7),
      goal: { is: 'at most', limit: 1.3 },
    },
  ],
});

/** The second half alone: in the first one everything is loaded and compiled. */
async function memoryOfWaiting(stage: Stage, half: number): Promise<number[]> {
  const scene = await stage.scene({ pairs: 2 * half });
  const heap = stage.scratch();
  await stage.worker(scene, {
    SWITCHBACK_APPROVAL: 'required',
    NODE_OPTIONS: `--require ${REPORTER}`,
    BENCH_HEAP: heap,
  });
  const all = Array.from({ length: 2 * half }, (_, index) => primaryOf(scene, index));
  await untilWaiting(scene, all.slice(0, half));
  const before = await heapIn(heap);
  await untilWaiting(scene, all.slice(half));
  return [((await heapIn(heap)) - before) / 1_024 / half];
}

async function untilWaiting({ lab, client }: Scene, services: string[]): Promise<void> {
  const { project } = lab;
  await Promise.all(
    services.map(async (service) => {
      const { workflowId } = await client.start(
        { project, service },
        { workflowId: `waits-${randomUUID()}` },
      );
      for await (const { phase } of client.watch(workflowId)) if (phase === 'approval') return;
    }),
  );
}

/** Bytes, of all threads together. */
async function heapIn(folder: string): Promise<number> {
  await delay(REPORTED_MS);
  const heaps = readdirSync(folder).map((thread) => Number(readFileSync(join(folder, thread), 'utf8')));
  return heaps.reduce((sum, heap) => sum + heap, 0);
}

async function firstResults(stage: Stage, times: number): Promise<number[]> {
  const scene = await stage.scene();
  const values: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const running = finish(scene, primaryOf(scene, 0), { mode: 'plan' });
    const ms = await timed(async () => {
      const starting = stage.worker(scene);
      await running;
      await (await starting).end();
    });
    values.push(ms / 1_000);
  }
  return values;
}
