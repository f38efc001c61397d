import { randomUUID } from 'node:crypto';
import type { Figure } from '../figure';
import type { Program } from '../processes';
import { finish, primaryOf, type Scene, type Stage, timed } from '../stage';

/** What a waiting run costs its worker, and how soon a worker is of use. */
export const worker: Figure = async (stage, { quick }) => ({
  measurements: [
    {
      measured: 'resident memory per waiting run',
      unit: 'KB',
      values: await memoryOfWaiting(stage, quick ? 40 : 250),
      goal: { is: 'at most', limit: 60 },
      detail: 'runs that wait for an approval; what is resident is more than the heap of the goal',
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
  const host = await stage.worker(scene, { SWITCHBACK_APPROVAL: 'required' });
  const all = Array.from({ length: 2 * half }, (_, index) => primaryOf(scene, index));
  const before = await afterWaiting(scene, host, all.slice(0, half));
  const after = await afterWaiting(scene, host, all.slice(half));
  return [((after - before) * 1_024) / half];
}

/** @returns resident MB when all of them wait for an approval. */
async function afterWaiting({ lab, client }: Scene, host: Program, services: string[]): Promise<number> {
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
  return host.memoryMb().now;
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
