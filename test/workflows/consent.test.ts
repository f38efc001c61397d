import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NativeConnection, Worker } from '@temporalio/worker';
import { lockIdOf } from '../../src/contract/pair-lock';
import { approvePlan } from '../support/approve-plan';
import { testEnvironment } from '../support/environment';
import { DIALECTS, type Scenario, useHarness } from './harness';

const execute = promisify(execFile);
const STRICT = { approvalRequired: true, fourEyes: true, confirmTarget: false };
const LEAD = { by: 'lead@example.com', reason: 'INC-123' };
const STRANGERS = join(__dirname, 'fixtures', 'stranger-workflows.ts');

/** `temporal activity execute`, as anybody can call it who reaches the server. */
async function execution(it: Scenario, type: string, input: unknown, attempt = 1): Promise<string> {
  const args = ['activity', 'execute', '--type', type, '--task-queue', it.harness.taskQueue];
  const more = [
    '--activity-id',
    `${it.harness.taskQueue}-${type}-${it.pair.primary}-${attempt}`,
    '--start-to-close-timeout',
    '20s',
  ];
  const retry = ['--retry-maximum-attempts', '1', '--input', JSON.stringify(input)];
  const server = ['--address', testEnvironment.temporalAddress()];
  const { stdout, stderr } = await execute(testEnvironment.temporalCli(), [
    ...args,
    ...more,
    ...retry,
    ...server,
  ]).catch((error) => error);
  // The server was too busy to hand out the result.
  if (/Workflow is busy/.test(stderr) && attempt < 5) return execution(it, type, input, attempt + 1);
  return stdout + stderr;
}

const pairOf = ({ lab, pair: { primary, recovery } }: Scenario) => ({
  project: lab.project,
  primary,
  recovery,
  dialect: lab.dialect,
});
const writesOf = (it: Scenario) => it.pair.requests().filter(({ method }) => method === 'PUT');

describe.each(DIALECTS)('nobody promotes without consent, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect, policy: STRICT });

  const oneLine = scenario(async (it) => {
    const pair = pairOf(it);
    const [promoted, rebuilt] = await Promise.all([
      execution(it, 'promote', { pair, target: 'primary', expected: {} }),
      execution(it, 'rebuild', { pair, expected: {} }),
    ]);
    return { promoted, rebuilt, writes: writesOf(it) };
  });

  test('one line of the CLI that executes an activity which writes sends nothing', async () => {
    const { promoted, rebuilt, writes } = await oneLine();
    expect(promoted).toContain('promote works only for a running workflow of this task queue');
    expect(rebuilt).toContain('rebuild works only for a running workflow of this task queue');
    expect(writes).toEqual([]);
  });

  const swapped = scenario(async (it) => {
    await it.pair.switchback();
    const { primary, recovery, ...rest } = pairOf(it);
    const pair = { ...rest, primary: recovery, recovery: primary };
    const output = await execution(it, 'promote', { pair, target: 'primary', expected: {} });
    return { output, writes: writesOf(it) };
  });

  test('nor does it with the names swapped, which would demote a healthy primary', async () => {
    const { output, writes } = await swapped();
    expect(output).toContain('Nothing was done');
    expect(writes).toEqual([]);
  });

  const stranger = scenario(async (it) => {
    const address = testEnvironment.temporalAddress();
    const connection = await NativeConnection.connect({ address });
    const taskQueue = `${it.harness.taskQueue}-stranger`;
    const worker = await Worker.create({ connection, taskQueue, workflowsPath: STRANGERS });
    const play = async (workflow: string) => {
      const input = { pair: pairOf(it), target: 'primary', expected: {} };
      const options = { taskQueue, workflowId: `${taskQueue}-${workflow}` };
      const run = it.harness.temporal.workflow.execute(workflow, {
        ...options,
        args: [it.harness.taskQueue, input],
      });
      return run.catch((error) => error.cause?.cause?.message ?? String(error));
    };
    const said = await worker.runUntil(Promise.all([play('strangerWorkflow'), play('switchbackWorkflow')]));
    await connection.close();
    return { said, writes: writesOf(it) };
  });

  test('a workflow of another type, or of the same name on another task queue, gets nothing sent', async () => {
    const { said, writes } = await stranger();
    for (const message of said) expect(message).toContain('Nothing was done: promote works only for');
    expect(writes).toEqual([]);
  });

  const robbed = scenario(async (it) => {
    await it.start({ requestedBy: 'ops@example.com' });
    await it.until('it waits for an approval', ({ phase }) => phase === 'approval');
    await it.harness.temporal.workflow.getHandle(lockIdOf(pairOf(it))).terminate('robbed');
    await approvePlan(it.harness.client, it.workflowId, LEAD);
    return it.end();
  });

  test('a run that does not hold the lock of that very pair writes nothing, and says so', async () => {
    const { code, message, writes } = await robbed();
    expect(code).toBe('DRIFTED');
    expect(message).toContain('this run does not hold the lock of');
    expect(writes).toEqual([]);
  });
});

describe('consent is what the worker that promotes demands', () => {
  const { scenario } = useHarness({ dialect: 'role', ownWorker: true });

  const unapproved = scenario(async (it) => {
    await it.lab.apply({
      kind: 'alert',
      service: it.pair.primary,
      event: 'user_alert',
      severity: 'critical',
    });
    await it.start({ requestedBy: 'ops@example.com' });
    await it.until('it waits', ({ phase }) => phase === 'approval');
    await Promise.all(it.harness.workers.map((worker) => worker.stop()));
    await it.harness.startWorker(it.lab.token, STRICT);
    await it.harness.client.acknowledge(it.workflowId, { check: 'alerts', ...LEAD });
    return it.end();
  });

  test('and not what the one did that the run asked: without an approval nothing is sent', async () => {
    const { code, message, writes } = await unapproved();
    expect(code).toBe('DRIFTED');
    expect(message).toContain('this worker demands consent: there is no approval of the state');
    expect(writes).toEqual([]);
  });
});

describe('a lock that somebody started by hand', () => {
  const { scenario } = useHarness({ dialect: 'role' });

  const squatted = scenario(async (it) => {
    const holder = { workflowId: 'switchback.elsewhere', runId: 'any', since: '2026-01-01T00:00:00Z' };
    // As a running workflow by that id would have it, with a memo that names one.
    await it.harness.temporal.workflow.start('pairLockWorkflow', {
      taskQueue: it.harness.taskQueue,
      workflowId: lockIdOf(pairOf(it)),
      args: [holder],
      memo: { holder: { ...holder, workflowId: it.harness.taskQueue } },
    });
    await it.harness.temporal.workflow.start('pairLockWorkflow', {
      taskQueue: it.harness.taskQueue,
      workflowId: it.harness.taskQueue,
      args: [holder],
    });
    return it.run();
  });

  test('holds up no run, though its memo names a workflow that is running', async () => {
    const { report, effective } = await squatted();
    expect(report.outcome).toBe('switched-back');
    expect(effective).toHaveLength(1);
  });

  const anything = scenario(async (it) => {
    const { workflowId } = await it.start({ approval: 'required', requestedBy: 'ops@example.com' });
    await it.until('it waits for an approval', ({ phase }) => phase === 'approval');
    const output = await execution(it, 'inspectLock', { lockId: workflowId, contender: 'mallory' });
    const { status } = await it.handle.describe();
    await it.harness.client.reject(workflowId, LEAD);
    return { output, status: status.name, ...(await it.end()) };
  });

  test('and nobody ends a workflow of his choice through the activity that ends leaked locks', async () => {
    const { output, status } = await anything();
    expect(output).toContain('Nothing was done: inspectLock works only for');
    expect(status).toBe('RUNNING');
  });
});
