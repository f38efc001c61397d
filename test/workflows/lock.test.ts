import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { LiveStatus } from '../../src/client';
import { lockIdOf } from '../../src/contract/pair-lock';
import { approvePlan } from '../support/approve-plan';
import { poll, replyTo, type Scenario, useHarness } from './harness';

const LEAD = { by: 'lead@example.com', reason: 'INC-123' };
/** Such a run takes the lock and then waits for as long as the test likes. */
const HOLDING = { approval: 'required', requestedBy: 'ops@example.com', settleWindow: '0s' };

const start = (it: Scenario, input: object = {}, options: object = {}) =>
  it.harness.startWith(
    { project: it.lab.project, service: it.pair.primary, ...HOLDING, ...input },
    undefined,
    options,
  );
type Started = WorkflowHandleWithFirstExecutionRunId;
const statusOf = (it: Scenario, { workflowId }: Started) => it.harness.client.status(workflowId);
const holds = (it: Scenario, run: Started): Promise<LiveStatus> =>
  poll(
    'the run holds the lock',
    () => statusOf(it, run),
    ({ phase }) => phase === 'approval',
  );
const approve = (it: Scenario, { workflowId }: Started) => approvePlan(it.harness.client, workflowId, LEAD);
const lockOf = (it: Scenario) =>
  it.harness.temporal.workflow.getHandle(lockIdOf({ project: it.lab.project, ...it.pair })).describe();

describe('the lock of a pair', () => {
  const { scenario } = useHarness({ dialect: 'role' });

  const contended = scenario(async (it) => {
    const first = await start(it);
    await holds(it, first);
    const again = await it.end((await start(it)).workflowId);
    const otherSide = await it.end(
      (await start(it, { service: it.pair.recovery, recovery: it.pair.primary })).workflowId,
    );
    await approve(it, first);
    return { first, again, otherSide, ...(await it.end(first.workflowId)) };
  });

  test('is held by one run: a second ends at once and names the holder, its run and since when', async () => {
    const { first, again, report, effective } = await contended();
    expect(again.code).toBe('LOCKED');
    expect(again.message).toMatch(
      new RegExp(
        `Nothing was written to \\S+: the run ${first.workflowId} \\(${first.firstExecutionRunId}\\) holds the lock of the pair since \\d{4}-.*Z\\.`,
      ),
    );
    expect(again.report).toMatchObject({ outcome: 'blocked', requests: { writes: 0 } });
    expect(report.outcome).toBe('switched-back');
    expect(effective).toHaveLength(1);
  });

  test('is the same whichever of the two services a run names', async () => {
    const { first, otherSide } = await contended();
    expect(otherSide.code).toBe('LOCKED');
    expect(otherSide.message).toContain(first.workflowId);
  });

  const endings: { how: string; end: (it: Scenario, run: Started) => Promise<unknown> }[] = [
    { how: 'completed', end: approve },
    { how: 'failed', end: (it, { workflowId }) => it.harness.client.reject(workflowId, LEAD) },
    { how: 'was cancelled', end: (_, run) => run.cancel() },
    { how: 'was terminated', end: (_, run) => run.terminate() },
  ];
  const freed = endings.map(({ how, end }) => ({
    how,
    next: scenario(async (it) => {
      const first = await start(it);
      await holds(it, first);
      await end(it, first);
      await first.result().catch(() => undefined);
      const closed = (await first.describe()).status.name;
      // At home by now where the first run completed: then the second one says so, which it can only with the lock.
      const second = await start(it);
      const { answer, refusal } = await replyTo(
        poll(
          'the next run has the lock',
          () => statusOf(it, second),
          ({ phase, outcome }) => phase === 'approval' || outcome !== undefined,
        ),
      );
      const lock = await replyTo(lockOf(it));
      await second.terminate().catch(() => undefined);
      return { closed, answer, refusal, lock };
    }),
  }));

  test.each(freed)('is free as soon as its holder $how', async ({ how, next }) => {
    const { answer, closed } = await next();
    expect(closed).toBe(
      {
        completed: 'COMPLETED',
        failed: 'FAILED',
        'was cancelled': 'CANCELLED',
        'was terminated': 'TERMINATED',
      }[how],
    );
    expect(answer?.outcome ?? 'holds').toBe(how === 'completed' ? 'already-primary' : 'holds');
  });

  const crowd = scenario(async (it) => {
    const runs = await Promise.all(Array.from({ length: 20 }, () => start(it)));
    const ends = runs.map((run) => it.end(run.workflowId));
    const holder = await poll(
      'one run holds the lock',
      async () => {
        const all = await Promise.all(runs.map((run) => statusOf(it, run)));
        return { index: all.findIndex(({ phase }) => phase === 'approval'), all };
      },
      // The others may have ended before the one has come to its question.
      ({ index, all }) => index !== -1 && all.filter(({ outcome }) => outcome === undefined).length === 1,
    );
    const run = runs[holder.index];
    if (run !== undefined) await approve(it, run);
    return { winner: run?.workflowId ?? '', ends: await Promise.all(ends) };
  });

  test('goes to exactly one of twenty that start at once', async () => {
    const { winner, ends } = await crowd();
    const losers = ends.filter(({ code }) => code === 'LOCKED');
    expect(losers).toHaveLength(19);
    for (const { message } of losers) expect(message).toContain(winner);
    const ran = ends.filter(({ code }) => code === undefined);
    expect(ran.map(({ report }) => report.outcome)).toEqual(['switched-back']);
    expect(ran[0]?.effective).toHaveLength(1);
  });
});

/** Starts a run again from a workflow task that is over, as the button of Temporal's UI does. */
async function reset(
  it: Scenario,
  run: Started,
  point: 'before the lock' | 'with the lock',
): Promise<string> {
  const { events } = await run.fetchHistory();
  const completed = (events ?? []).filter(({ workflowTaskCompletedEventAttributes: it }) => it);
  const [first, last] = [completed[0], completed.at(-1)];
  const chosen = point === 'before the lock' ? first : last;
  const { connection, options } = it.harness.temporal;
  const { runId } = await connection.workflowService.resetWorkflowExecution({
    namespace: options.namespace,
    workflowExecution: { workflowId: run.workflowId, runId: run.firstExecutionRunId },
    reason: 'test',
    workflowTaskFinishEventId: chosen?.eventId ?? null,
    requestId: `${run.workflowId}-${point}`,
  });
  return runId;
}

describe('a Reset of the holder, which leaves the lock behind', () => {
  const { scenario } = useHarness({ dialect: 'role' });

  const unlocked = scenario(async (it) => {
    const run = await start(it);
    await holds(it, run);
    await reset(it, run, 'before the lock');
    const status = await holds(it, run);
    await approve(it, run);
    return { status, ...(await it.end(run.workflowId)) };
  });

  test('to before the lock: the run takes over its own lock and ends well', async () => {
    const { code, report, effective } = await unlocked();
    expect(code).toBeUndefined();
    expect(report.outcome).toBe('switched-back');
    expect(effective).toHaveLength(1);
  });

  const leaked = scenario(async (it) => {
    const run = await start(it);
    await holds(it, run);
    const successor = await reset(it, run, 'with the lock');
    await holds(it, run);
    const refused = await it.end((await start(it)).workflowId);
    await it.harness.client.reject(run.workflowId, LEAD);
    const first = await it.end(run.workflowId);
    const next = await start(it);
    await holds(it, next);
    await approve(it, next);
    return { run, successor, refused, first, last: await it.end(next.workflowId) };
  });

  test('to after it: the lock is respected while the successor runs', async () => {
    const { run, successor, refused } = await leaked();
    expect(refused.code).toBe('LOCKED');
    expect(refused.message).toContain(`the run ${run.workflowId} (${successor}) holds the lock`);
  });

  test('the lock that outlives the successor is taken over by the next run', async () => {
    const { first, last } = await leaked();
    expect(first.code).toBe('REJECTED');
    expect(last.report.outcome).toBe('switched-back');
    expect(last.effective).toHaveLength(1);
  });
});
