import { Client, Connection } from '@temporalio/client';
import { SwitchbackClient } from '../../src/client';
import { built, useBuild } from '../doors/build';
import { Program } from '../doors/programs';
import { useStage } from '../doors/stage';
import { until } from '../doors/until';

const PAIRS = 24;

useBuild();
const stage = useStage({ pairs: PAIRS, transitionMs: 3_000 });
jest.setTimeout(180_000);

/** Who has completed the workflow tasks of a workflow, by the process that its identity names. */
async function processesOf(workflowIds: string[]): Promise<Set<string>> {
  const connection = await Connection.connect({ address: stage().address });
  try {
    const temporal = new Client({ connection });
    const all = new Set<string>();
    for (const id of workflowIds) {
      const { events } = await temporal.workflow.getHandle(id).fetchHistory();
      for (const { workflowTaskStartedEventAttributes: it } of events ?? [])
        if (it?.identity) all.add(it.identity);
    }
    return all;
  } finally {
    await connection.close();
  }
}

test('a second worker shares the work, and one that is killed in the middle of a wave loses nothing', async () => {
  const { address, taskQueue, project, lab, env } = stage();
  const client = await SwitchbackClient.connect({ address, taskQueue });
  // Beside the one of the stage, on the same queue.
  const doomed = new Program(built('worker'), [], env);
  try {
    await doomed.prints(/worker on task queue/);
    const pairs = lab.pairs.map(({ primary }) => `${project}/${primary}`);
    const name = `crash-${project}`;
    const by = { by: 'ops@example.com', reason: 'the pairs of the lab share one event log' };
    await client.fleets.start(
      {
        pairs,
        concurrency: 12,
        run: { settleWindow: '0s', acknowledge: [{ check: 'recent-change', ...by }] },
      },
      { name },
    );
    const isMoving = () => lab.pairs.filter((pair) => pair.status().primary.state !== 'RUNNING').length >= 6;
    await until('six pairs are on their way', isMoving);
    await doomed.kill('SIGKILL');
    const report = await client.fleets.result(name);
    expect(report).toMatchObject({ outcome: 'completed', counts: { done: PAIRS, failed: 0 } });
    const writes = lab.pairs.map(
      (pair) => pair.requests().filter(({ effect }) => effect === 'role-change').length,
    );
    expect(new Set(writes)).toEqual(new Set([1]));
    const ids = lab.pairs.map(({ primary }) => `switchback.${project}.${primary}`);
    expect((await processesOf(ids)).size).toBe(2);
  } finally {
    await doomed.kill('SIGKILL');
    await client.close();
  }
});
