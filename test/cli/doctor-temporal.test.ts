import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { exitCodes } from '../../src/contract/errors';
import { attributeTypes } from '../../src/contract/search-attributes';
import { examineWorkers } from '../../src/doctor/workers';
import { attributeValueTypes } from '../../src/hosting/search-attributes';
import { version } from '../../src/version';
import type { Env } from '../doors/programs';
import { useStage } from '../doors/stage';
import { until } from '../doors/until';
import { useCommands } from './commands';
import { consult } from './doctor-stage';

const stage = useStage({ pairs: 1 });
const command = useCommands();
let connection: Connection;

beforeAll(async () => {
  connection = await Connection.connect({ address: stage().address });
});
afterAll(() => connection?.close());

const ask = (more: Record<string, string> = {}) => consult(command, { ...stage().env, ...more } as Env);

test('a server that does not answer', async () => {
  const { code, report, failed, check } = await ask({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect({ code, reason: report.code, failed }).toEqual({
    code: exitCodes.connection,
    reason: 'NOT_READY',
    failed: ['temporal-reachable'],
  });
  expect(check('temporal-reachable').observed).toMatch(/^127\.0\.0\.1:1 does not answer: \S/);
  expect(check('temporal-reachable').remedy).toContain('TEMPORAL_ADDRESS');
  for (const id of ['temporal-namespace', 'search-attributes', 'worker-polls', 'worker-version'])
    expect(check(id)).toMatchObject({ verdict: 'skipped', observed: 'Temporal cannot be reached' });
});

test('a namespace that is not there', async () => {
  const { failed, check } = await ask({ TEMPORAL_NAMESPACE: 'nowhere' });
  expect(failed).toEqual(['temporal-namespace']);
  expect(check('temporal-namespace')).toMatchObject({
    observed: expect.stringContaining('nowhere'),
    remedy: expect.stringContaining('TEMPORAL_NAMESPACE'),
  });
});

test('a namespace without the search attributes, and with one of another type', async () => {
  const namespace = `doctor-${randomUUID().slice(0, 8)}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  const bare = await until('the namespace is known', async () => {
    const asked = await ask({ TEMPORAL_NAMESPACE: namespace });
    return !asked.failed.includes('temporal-namespace') && asked;
  });
  expect(bare.failed).toEqual(['search-attributes', 'worker-polls']);
  const names = Object.keys(attributeTypes);
  const { observed, remedy } = bare.check('search-attributes');
  for (const name of names) {
    expect(observed).toContain(name);
    expect(remedy).toContain(
      `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${attributeTypes[name]}`,
    );
  }
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(
      Object.entries(attributeTypes).map(([name, type], index) => [
        name,
        attributeValueTypes[index === 0 ? 'Int' : type],
      ]),
    ),
  });
  const mistyped = await until('they are known', async () => {
    const asked = await ask({ TEMPORAL_NAMESPACE: namespace });
    return !asked.check('search-attributes').observed.startsWith('not registered') && asked;
  });
  expect(mistyped.check('search-attributes')).toMatchObject({
    verdict: 'fail',
    observed: `of another type than switchback's: ${names[0]}`,
    remedy: expect.stringContaining('another namespace'),
  });
});

test('a task queue that nobody polls', async () => {
  const { code, failed, check } = await ask({ SWITCHBACK_TASK_QUEUE: `nobody-${randomUUID()}` });
  expect({ code, failed }).toEqual({ code: exitCodes.connection, failed: ['worker-polls'] });
  expect(check('worker-polls')).toMatchObject({
    observed: expect.stringMatching(/^none polls task queue nobody-.* for workflows and activities$/),
    remedy: expect.stringContaining('npm run worker'),
  });
  expect(check('worker-version').verdict).toBe('skipped');
});

test('workers of another version, and of none, are a warning', async () => {
  const taskQueue = `versions-${randomUUID()}`;
  const others = ['switchback/0.0.1 7@elsewhere', `switchback/${version}.1 8@elsewhere`, '9@elsewhere'];
  const polls = others.map((identity) => poll(taskQueue, identity));
  try {
    const found = await until('they are listed', async () => {
      const asked = await ask({ SWITCHBACK_TASK_QUEUE: taskQueue });
      return asked.check('worker-polls').observed.startsWith('3 on') && asked;
    });
    expect(found.code).toBe(0);
    expect(found.check('worker-version')).toMatchObject({
      verdict: 'warn',
      observed: `this is ${version}; not of this version: ${[...others].sort().join(', ')}`,
      remedy: expect.stringContaining('the same version'),
    });
  } finally {
    await Promise.all(polls.map((end) => end()));
  }
});

test('a worker that takes up workflows only', async () => {
  const taskQueue = `half-${randomUUID()}`;
  const end = poll(taskQueue, `switchback/${version} 7@here`, ['pollWorkflowTaskQueue']);
  try {
    const found = await until('it is listed', async () => {
      const asked = await ask({ SWITCHBACK_TASK_QUEUE: taskQueue });
      return !asked.check('worker-polls').observed.includes('workflows') && asked;
    });
    expect(found.check('worker-polls')).toMatchObject({
      verdict: 'fail',
      observed: `none polls task queue ${taskQueue} for activities`,
    });
  } finally {
    await end();
  }
});

test('a worker that Temporal still lists and that polls no more is none', async () => {
  const pollers = (secondsAgo: number) => [
    {
      identity: `switchback/${version} 7@here`,
      lastAccessTime: { seconds: Math.floor(Date.now() / 1_000) - secondsAgo },
    },
  ];
  const verdictAfter = async (secondsAgo: number) => {
    const describeTaskQueue = async () => ({ pollers: pollers(secondsAgo) });
    const listing = { workflowService: { describeTaskQueue } } as unknown as Connection;
    const [polls] = await examineWorkers(listing, 'default', 'any');
    return polls?.verdict;
  };
  expect(await verdictAfter(70)).toBe('ok');
  expect(await verdictAfter(100)).toBe('fail');
});

test('our own worker says its version', async () => {
  const { check } = await ask();
  expect(check('worker-polls')).toMatchObject({
    verdict: 'ok',
    observed: `1 on task queue ${stage().taskQueue}`,
  });
  expect(check('worker-version')).toMatchObject({ verdict: 'ok', observed: version });
});

/** Polls as a worker of that name does, until the function returned is called. */
function poll(
  name: string,
  identity: string,
  methods: readonly ('pollWorkflowTaskQueue' | 'pollActivityTaskQueue')[] = [
    'pollWorkflowTaskQueue',
    'pollActivityTaskQueue',
  ],
): () => Promise<unknown> {
  const stop = new AbortController();
  const asked = { namespace: 'default', taskQueue: { name }, identity };
  const { workflowService } = connection;
  const ask = {
    pollWorkflowTaskQueue: () => workflowService.pollWorkflowTaskQueue(asked),
    pollActivityTaskQueue: () => workflowService.pollActivityTaskQueue(asked),
  };
  const polling = connection.withAbortSignal(stop.signal, () =>
    connection.withDeadline(Date.now() + 60_000, () =>
      Promise.allSettled(methods.map((method): Promise<unknown> => ask[method]())),
    ),
  );
  return () => {
    stop.abort();
    return polling;
  };
}
