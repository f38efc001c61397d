import { randomUUID } from 'node:crypto';
import {
  status as grpcStatus,
  InterceptingCall,
  type Interceptor,
  type InterceptorOptions,
} from '@grpc/grpc-js';
import { Client, Connection } from '@temporalio/client';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import {
  type SwitchbackClient as ClientType,
  type LiveStatus,
  SwitchbackClient,
  workflowIdOf,
} from '../../src/client';
import { loadTemporalConfig } from '../../src/config/temporal';
import { loadWorkerConfig } from '../../src/config/worker';
import type { SwitchbackError } from '../../src/contract/errors';
import { installRuntime } from '../../src/hosting/runtime';
import { createWorker } from '../../src/hosting/worker';
import { until } from '../doors/until';
import { testEnvironment } from '../support/environment';

// Of this file alone: the server is shared with others.
const taskQueue = `client-${randomUUID()}`;
const project = `client-${randomUUID().slice(0, 8)}`;
const stopWorker = new AbortController();
let working: Promise<void>;
let lab: Lab;
let client: ClientType;
let next = 0;

beforeAll(async () => {
  const TEMPORAL_ADDRESS = testEnvironment.temporalAddress();
  lab = await startLab({ backing: 'memory', transitionMs: 200, pairs: 20, project });
  const config = loadWorkerConfig({
    AIVEN_WEB_URL: lab.baseUrl,
    AIVEN_TOKEN: lab.token,
    SWITCHBACK_TASK_QUEUE: taskQueue,
  });
  const temporal = loadTemporalConfig({ TEMPORAL_ADDRESS });
  await installRuntime({ logLevel: 'silent', metricsAddress: undefined });
  const worker = await createWorker(config, temporal, testEnvironment.workflowBundle());
  working = worker.run(stopWorker.signal);
  client = await SwitchbackClient.connect({ address: TEMPORAL_ADDRESS, taskQueue });
});
afterAll(async () => {
  stopWorker.abort();
  await working;
  await client?.close();
  await lab?.close();
});

/** A pair that no other test has touched. */
function freshPair(): { pair: LabPair; service: string; workflowId: string } {
  const pair = lab.pairs[next++];
  if (!pair) throw new Error('the lab has no more pairs');
  return { pair, service: pair.primary, workflowId: workflowIdOf(project, pair.primary) };
}

/** Lets a pair that is stuck in its role change get to the end of it. */
async function letGo(pair: LabPair): Promise<void> {
  await until('the promotion is written', () => writesTo(pair) > 0);
  await pair.settled();
  pair.set('primary', { state: 'RUNNING' });
}

function writesTo(pair: LabPair): number {
  return pair.requests().filter(({ method }) => method === 'PUT').length;
}

test('starts a run under the canonical id and answers with its report', async () => {
  const { pair, service, workflowId } = freshPair();
  const run = await client.start({ project, service, settleWindow: '0s', requestedBy: 'ops@example.com' });
  expect(run).toEqual({ workflowId, runId: expect.any(String), attached: false });
  const report = await client.result(run.workflowId, run.runId);
  expect(report).toMatchObject({
    outcome: 'switched-back',
    project,
    primary: pair.primary,
    recovery: pair.recovery,
    requestedBy: 'ops@example.com',
    runId: run.runId,
  });
  expect(writesTo(pair)).toBe(1);
});

test('refuses a second start while one is going on, and attaches when asked to', async () => {
  const { pair, service, workflowId } = freshPair();
  pair.behave({ stuck: true });
  const first = await client.start({ project, service, settleWindow: '0s' });
  await expect(client.start({ project, service })).rejects.toMatchObject({
    code: 'ALREADY_RUNNING',
    message: `The run ${workflowId} is going on already; nothing was started.`,
  });
  const second = await client.start({ project, service }, { attach: true });
  expect(second).toEqual({ workflowId, runId: first.runId, attached: true });
  await letGo(pair);
  await expect(client.result(workflowId)).resolves.toMatchObject({ runId: first.runId });
  expect(writesTo(pair)).toBe(1);
});

test('starts or attaches in one call: of many at once one starts, and all learn what the run does otherwise', async () => {
  const { pair, service, workflowId } = freshPair();
  pair.behave({ stuck: true });
  const input = { project, service, settleWindow: '0s' };
  const runs = await Promise.all(Array.from({ length: 5 }, () => client.startOrAttach(input)));
  expect(runs.filter(({ attached }) => !attached)).toHaveLength(1);
  expect(new Set(runs.map(({ runId }) => runId)).size).toBe(1);
  for (const run of runs) {
    expect(run).toMatchObject({ workflowId, phase: expect.any(String), headline: expect.any(String) });
    expect(run.differences).toEqual([]);
  }
  const other = await client.startOrAttach({
    ...input,
    mode: 'rehearse',
    convergeTimeout: '5m',
    requestedBy: 'somebody@example.com',
  });
  expect(other).toMatchObject({ attached: true, runId: runs[0]?.runId });
  expect(other.differences).toEqual([
    'mode: "rehearse" was asked for, the run has "execute"',
    'convergeTimeout: 5 min was asked for, the run has 30 min',
  ]);
  await letGo(pair);
  await expect(client.result(workflowId)).resolves.toMatchObject({ runId: runs[0]?.runId });
  expect(writesTo(pair)).toBe(1);
});

test('starts or attaches without a worker: the run is there, and what only a worker can say is missing', async () => {
  const { service } = freshPair();
  const alone = await SwitchbackClient.connect({
    address: testEnvironment.temporalAddress(),
    taskQueue: `${taskQueue}-nobody`,
  });
  const workflowId = `nobody-${randomUUID()}`;
  try {
    const input = { project, service };
    // The server must get to start it within that time.
    const run = await alone.startOrAttach(input, { workflowId, waitMs: 5_000 });
    expect(run).toEqual({ workflowId, runId: expect.any(String), attached: false, differences: [] });
    expect(await alone.isRunning(workflowId, run.runId)).toBe(true);
    const other = { ...input, convergeTimeout: '7m' };
    const again = await alone.startOrAttach(other, { workflowId, waitMs: 500 });
    const differences = [expect.stringContaining('convergeTimeout')];
    expect(again).toEqual({ ...run, attached: true, differences });
  } finally {
    await withTemporal((temporal) => temporal.workflow.getHandle(workflowId).terminate());
    await alone.close();
  }
});

test('starts or attaches without a worker, and says that there is none, where a deadline that is over comes as a cancellation', async () => {
  const asCancellation: Interceptor = (options, nextCall) =>
    new InterceptingCall(nextCall(sooner(options)), {
      start: (metadata, _listener, next) =>
        next(metadata, {
          onReceiveStatus: (status, nextStatus) =>
            nextStatus(
              status.code === grpcStatus.DEADLINE_EXCEEDED
                ? { ...status, code: grpcStatus.CANCELLED, details: 'Call cancelled' }
                : status,
            ),
        }),
    });
  // A question waits 15 s for a worker.
  const sooner = (options: InterceptorOptions): InterceptorOptions =>
    options.method_definition.path.endsWith('/QueryWorkflow')
      ? { ...options, deadline: Date.now() + 300 }
      : options;
  const address = testEnvironment.temporalAddress();
  const connection = await Connection.connect({ address, interceptors: [asCancellation] });
  const alone = new SwitchbackClient(new Client({ connection }), `${taskQueue}-nobody`);
  const workflowId = `nobody-${randomUUID()}`;
  try {
    const input = { project, service: freshPair().service };
    const run = await alone.startOrAttach(input, { workflowId, waitMs: 5_000 });
    expect(run).toEqual({ workflowId, runId: expect.any(String), attached: false, differences: [] });
    await expect(alone.status(workflowId)).rejects.toMatchObject({ code: 'NO_WORKER' });
  } finally {
    await withTemporal((temporal) => temporal.workflow.getHandle(workflowId).terminate());
    await alone.close();
  }
});

test('does not call a run missing that Temporal may be about to start', async () => {
  const input = { project, service: freshPair().service };
  await expect(client.startOrAttach(input, { waitMs: 0 })).rejects.toMatchObject({
    code: 'TEMPORAL_UNREACHABLE',
    message: expect.stringContaining('it may do so yet'),
  });
});

test('starts or attaches nothing for an input with faults', async () => {
  const { service, workflowId } = freshPair();
  const answer = client.startOrAttach({ project, service, confirm: 'another' });
  await expect(answer).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('"confirm" is "another"'),
  });
  await expect(client.isRunning(workflowId)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
});

test('an input with faults starts nothing and names each of them', async () => {
  const { pair, service, workflowId } = freshPair();
  const input = { project, service, convergeTimeout: 'soon', colour: 'red' };
  await expect(client.start(input)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/^Nothing was started: .*"convergeTimeout".*; .*"colour"/),
  });
  await expect(client.isRunning(workflowId)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  expect(pair.requests()).toEqual([]);
});

test('status tells why a run waits and what was seen last, watch until the end', async () => {
  const { pair, service, workflowId } = freshPair();
  pair.behave({ stuck: true });
  await client.start({ project, service, settleWindow: '0s' });
  const seen: LiveStatus[] = [];
  for await (const status of client.watch(workflowId, { pollMs: 20 })) {
    seen.push(status);
    if (status.live?.situation === 'moving') pair.set('primary', { state: 'RUNNING' });
  }
  const waiting = seen.find(({ live }) => live?.situation === 'moving');
  expect(waiting).toMatchObject({
    phase: 'converge',
    workflowId,
    waiting: { for: 'both services to settle', since: expect.any(String), until: expect.any(String) },
    live: { observed: expect.stringContaining('active/REBUILDING'), at: expect.any(String) },
  });
  expect(seen.filter(({ outcome }) => outcome !== undefined)).toHaveLength(1);
  expect(seen.at(-1)).toMatchObject({ phase: 'report', outcome: 'switched-back' });
});

test('breaking out of watch leaves the run alone', async () => {
  const { pair, service, workflowId } = freshPair();
  pair.behave({ stuck: true });
  await client.start({ project, service, settleWindow: '0s' });
  let looks = 0;
  for await (const _status of client.watch(workflowId, { pollMs: 20 })) {
    looks += 1;
    if (looks === 2) break;
  }
  expect(looks).toBe(2);
  expect(await client.isRunning(workflowId)).toBe(true);
  await letGo(pair);
  await expect(client.result(workflowId)).resolves.toMatchObject({ outcome: 'switched-back' });
});

test('a signal ends watch without an error, also while nobody answers, which is told once', async () => {
  const connection = Connection.lazy({ address: '127.0.0.1:9', connectTimeout: '100ms', interceptors: [] });
  const client = new SwitchbackClient(new Client({ connection }));
  const stop = new AbortController();
  const silences: string[] = [];
  const onSilence = ({ code }: SwitchbackError) => {
    silences.push(code);
    // It is asked more than once until then.
    setTimeout(() => stop.abort(), 1_500);
  };
  const watched = client.watch('nobody-knows', { pollMs: 20, signal: stop.signal, onSilence });
  for await (const _status of watched) throw new Error('nobody is there to answer');
  expect(silences).toEqual(['TEMPORAL_UNREACHABLE']);
  await client.close();
});

test('decide is refused with the reason while nothing is to be decided, and accepted when it is', async () => {
  const { pair, service, workflowId } = freshPair();
  pair.behave({ stuck: true });
  await client.start({ project, service, settleWindow: '0s', convergeTimeout: '1s', onTimeout: 'hold' });
  const giveUp = { action: 'give-up', by: 'ops@example.com', reason: 'INC-123' } as const;
  await expect(client.decide(workflowId, giveUp)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('There is nothing to decide'),
  });
  await until('it asks', async () => (await client.status(workflowId)).phase === 'needs-operator');
  await expect(client.decide(workflowId, { ...giveUp, by: '' })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('"by" must be a text'),
  });
  await expect(client.decide(workflowId, giveUp)).resolves.toMatchObject({
    ...giveUp,
    at: expect.any(String),
  });

  await expect(client.result(workflowId)).rejects.toMatchObject({
    name: 'SwitchbackFailedError',
    code: 'GIVEN_UP',
    report: { outcome: 'given-up', code: 'GIVEN_UP', decisions: [giveUp], primary: service },
  });
  await expect(client.decide(workflowId, giveUp)).rejects.toMatchObject({
    code: 'RUN_NOT_FOUND',
    message: `The run ${workflowId} has ended; there is nothing to decide any more.`,
  });
});

test('a blocked run is a failure with its code and report', async () => {
  const { pair } = freshPair();
  const { workflowId } = await client.start({ project, service: pair.recovery });
  await expect(client.result(workflowId)).rejects.toMatchObject({
    code: 'BLOCKED',
    message: expect.stringContaining(pair.primary),
    report: { outcome: 'blocked', requests: { writes: 0 } },
  });
  expect(writesTo(pair)).toBe(0);
});

test('a terminated run has no report, and says to read both services', async () => {
  const { pair, service, workflowId } = freshPair();
  pair.behave({ stuck: true });
  await client.start({ project, service });
  await until('the promotion is written', () => writesTo(pair) > 0);
  await withTemporal((temporal) => temporal.workflow.getHandle(workflowId).terminate('by a test'));
  await expect(client.result(workflowId)).rejects.toMatchObject({
    code: 'NO_REPORT',
    message: expect.stringContaining('Read both services'),
    report: undefined,
  });
  // The query still answers; the loop ends though there is no outcome.
  const seen: LiveStatus[] = [];
  for await (const status of client.watch(workflowId, { pollMs: 20 })) seen.push(status);
  expect(seen).toHaveLength(1);
});

test('a cancelled run says that nothing was written', async () => {
  const { service, workflowId } = freshPair();
  lab.addFault({ match: { service }, times: 1, do: { type: 'delay', delayMs: 6_000 } });
  await client.start({ project, service });
  await until('it reads', () => lab.requests(service).length > 0);
  await withTemporal((temporal) => temporal.workflow.getHandle(workflowId).cancel());
  await expect(client.result(workflowId)).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a run that is not there is RUN_NOT_FOUND, by whatever door', async () => {
  const missing = { code: 'RUN_NOT_FOUND', message: 'There is no run switchback.none.none.' };
  const id = workflowIdOf('none', 'none');
  await expect(client.status(id)).rejects.toMatchObject(missing);
  await expect(client.result(id)).rejects.toMatchObject(missing);
  await expect(client.isRunning(id)).rejects.toMatchObject(missing);
  await expect(client.decide(id, { action: 'wait', by: 'a', reason: 'b' })).rejects.toMatchObject(missing);
  await expect(client.latestRun('none', 'none')).resolves.toBeUndefined();
});

test('latestRun finds the run of a pair under any id, the running one first', async () => {
  const { pair, service, workflowId } = freshPair();
  const own = `own-${randomUUID()}`;
  pair.behave({ stuck: true });
  await client.start({ project, service, settleWindow: '0s' }, { workflowId: own });
  await until('it is listed', async () => (await client.latestRun(project, service)) === own);
  await letGo(pair);
  await client.result(own);

  pair.set('primary', { state: 'REBUILDING' });
  await client.start({ project, service });
  expect(await client.latestRun(project, service)).toBe(workflowId);
  await withTemporal((temporal) => temporal.workflow.getHandle(workflowId).terminate());
  await expect(client.latestRun(project, "x' OR 'y")).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test('works with a Temporal client that the caller has, and leaves it open', async () => {
  const { service } = freshPair();
  await withTemporal(async (temporal) => {
    const mine = new SwitchbackClient(temporal, taskQueue);
    const { workflowId } = await mine.start({ project, service, settleWindow: '0s' });
    await expect(mine.result(workflowId)).resolves.toMatchObject({ outcome: 'switched-back' });
    await expect(temporal.workflow.getHandle(workflowId).describe()).resolves.toMatchObject({ workflowId });
  });
});

test('close gives up what is being asked', async () => {
  const { pair, service, workflowId } = freshPair();
  pair.behave({ stuck: true });
  await client.start({ project, service, settleWindow: '0s' });
  const address = testEnvironment.temporalAddress();
  const other = await SwitchbackClient.connect({ address, taskQueue });
  const asked = other.result(workflowId);
  const givenUp = expect(asked).rejects.toMatchObject({ code: 'TEMPORAL_UNREACHABLE' });
  await other.isRunning(workflowId); // so that the question is on its way
  await other.close();
  await givenUp;
  await letGo(pair);
  await expect(client.result(workflowId)).resolves.toMatchObject({ outcome: 'switched-back' });
});

test('a server that does not answer is TEMPORAL_UNREACHABLE, with its address', async () => {
  await expect(
    SwitchbackClient.connect({ address: '127.0.0.1:1', connectTimeout: '300ms' }),
  ).rejects.toMatchObject({
    code: 'TEMPORAL_UNREACHABLE',
    message: expect.stringMatching(/^Temporal at 127\.0\.0\.1:1 does not answer: /),
  });
});

test('a namespace that is not there is TEMPORAL_UNREACHABLE, and says what Temporal said', async () => {
  const address = testEnvironment.temporalAddress();
  const elsewhere = await SwitchbackClient.connect({ address, namespace: 'nowhere', taskQueue });
  try {
    for (const ask of [
      () => elsewhere.start({ project, service: 'pg' }),
      () => elsewhere.isRunning('x'),
      () => elsewhere.latestRun(project, 'pg'),
    ]) {
      await expect(ask()).rejects.toMatchObject({
        code: 'TEMPORAL_UNREACHABLE',
        message: expect.stringContaining('nowhere'),
      });
    }
  } finally {
    await elsewhere.close();
  }
});

async function withTemporal(work: (temporal: Client) => Promise<unknown>): Promise<void> {
  const connection = await Connection.connect({ address: testEnvironment.temporalAddress() });
  try {
    await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}
