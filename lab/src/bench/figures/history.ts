import type { Figure } from '../figure';
import { finish, primaryOf, type Stage } from '../stage';

/** What one run leaves in Temporal, and whether waiting adds to it. */
export const history: Figure = async (stage, { quick }) => {
  const [short, long] = await Promise.all([runOf(stage, 1_000), runOf(stage, quick ? 3_000 : 15_000)]);
  return {
    measurements: [
      {
        measured: 'history of one run',
        unit: 'events',
        values: [short.events],
        goal: { is: 'at most', limit: 50, alarm: 100 },
      },
      {
        measured: 'history that waiting adds',
        against: 'a role change of 1 s, and a longer one',
        unit: 'events',
        values: [long.events - short.events],
        goal: { is: 'at most', limit: 0, alarm: 20 },
      },
      {
        measured: 'history of one run, in bytes',
        unit: 'KB',
        values: [short.bytes / 1_000],
        goal: { is: 'at most', limit: 40, alarm: 150 },
      },
    ],
  };
};

async function runOf(stage: Stage, transitionMs: number): Promise<{ events: number; bytes: number }> {
  const scene = await stage.scene({ transitionMs });
  await stage.worker(scene);
  const { workflowId, runId } = await finish(scene, primaryOf(scene, 0));
  const description = await stage.temporal.workflow.getHandle(workflowId, runId).describe();
  return { events: description.historyLength, bytes: description.historySize ?? Number.NaN };
}
