import type { WorkflowHandle } from '@temporalio/client';
import { SwitchbackFailedError } from '../../src/client';
import type { PatientScene } from '../faults/patient-scene';
import { approvePlan } from '../support/approve-plan';
import { DIALECTS } from '../workflows/harness';
import { usePlays } from './play';

const INPUT = { settleWindow: '1s', quietWindow: '1s', convergeTimeout: '2m' };
const BY = { by: 'ops@example.com', reason: 'INC-123' };

function inputFor(it: PatientScene, more: Record<string, unknown> = {}) {
  return { project: it.lab.project, service: it.pair.primary, ...INPUT, ...more };
}

async function endOf(it: PatientScene, { workflowId }: { workflowId: string }) {
  return it.harness.client.result(workflowId).then(
    ({ outcome }) => ({ outcome, code: undefined, message: '' }),
    (error: unknown) => {
      if (!(error instanceof SwitchbackFailedError)) throw error;
      return { outcome: undefined, code: error.code, message: error.message };
    },
  );
}

/** How a run that holds the lock, and waits for an approval, comes to its end. */
const ENDINGS = {
  completed: (it) => approvePlan(it.harness.client, it.workflowId, BY),
  failed: (it) => it.handle.executeUpdate('reject', { args: [BY] }),
  cancelled: (it) => it.handle.cancel(),
  terminated: (it) => it.handle.terminate('a test'),
} satisfies Record<string, (it: PatientScene) => Promise<unknown>>;
type Ending = keyof typeof ENDINGS;
const endings = Object.keys(ENDINGS) as Ending[];

async function endAndStartAgain(it: PatientScene, ending: Ending) {
  const { harness, workflowId } = it;
  const input = inputFor(it, { approval: 'required', requestedBy: 'dev@example.com' });
  const holder = await harness.temporal.workflow.start('switchbackWorkflow', {
    taskQueue: harness.taskQueue,
    workflowId,
    args: [input],
  });
  await it.until('it holds the lock', ({ phase }) => phase === 'approval');
  const contender = await endOf(it, await harness.startWith(inputFor(it), `${workflowId}.contender`));
  await ENDINGS[ending](it);
  await holder.result().catch(() => undefined);
  const { status } = await holder.describe();
  const rehearsal = inputFor(it, { mode: 'rehearse' });
  const next = await endOf(it, await harness.startWith(rehearsal, `${workflowId}.next`));
  return { status: status.name, holder, contender, next, effective: effectiveOf(it) };
}

function effectiveOf(it: PatientScene): string[] {
  return it.pair
    .requests()
    .flatMap(({ effect, service }) => (effect === 'role-change' ? [service ?? ''] : []));
}

const came = usePlays({
  race: async (it) => {
    it.stick();
    const start = (name: string) => it.harness.startWith(inputFor(it), `${it.workflowId}.${name}`);
    const both = await Promise.all([start('one'), start('other')]);
    const ends = both.map((handle) => endOf(it, handle));
    const loser = await Promise.race(ends.map(async (end, n) => ({ ...(await end), n })));
    await it.untilPromoted('primary');
    await it.unstick();
    const winner = both[1 - loser.n] as WorkflowHandle;
    return {
      loser,
      holder: { workflowId: winner.workflowId, runId: (await winner.describe()).runId },
      winner: await ends[1 - loser.n],
      effective: effectiveOf(it),
      primary: it.pair.primary,
    };
  },
  completed: (it) => endAndStartAgain(it, 'completed'),
  failed: (it) => endAndStartAgain(it, 'failed'),
  cancelled: (it) => endAndStartAgain(it, 'cancelled'),
  terminated: (it) => endAndStartAgain(it, 'terminated'),
});

describe.each(DIALECTS)('in the %s dialect', (dialect) => {
  test('of two runs that start at the same instant one runs, and the other names it', async () => {
    const { loser, holder, winner, effective, primary } = await came('race', dialect);
    expect(loser.code).toBe('LOCKED');
    expect(loser.message).toContain(
      `the run ${holder.workflowId} (${holder.runId}) holds the lock of the pair since 2`,
    );
    expect(winner?.outcome).toBe('switched-back');
    expect(effective).toEqual([primary]);
  });

  test.each(endings)('a lock frees itself when its holder is %s', async (ending) => {
    const { status, holder, contender, next, effective } = await came(ending, dialect);
    expect(status).toBe(ending.replace(' ', '_').toUpperCase());
    expect(contender.code).toBe('LOCKED');
    expect(contender.message).toContain(`the run ${holder.workflowId} (${holder.firstExecutionRunId})`);
    const isHome = ending === 'completed';
    expect(next.outcome).toBe(isHome ? 'already-primary' : 'rehearsed');
    expect(effective).toHaveLength(isHome ? 1 : 0);
  });
});
