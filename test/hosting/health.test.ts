import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DevServer, startDevServer } from '../../src/dev-server';
import { useBuild } from '../doors/build';
import { until } from '../doors/until';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';
import { type ObservedWorker, Stage } from './stage';

const scratch = useScratchFolder();
useBuild();
let server: DevServer;
let stage: Stage;
let tokenFile: string;
let worker: ObservedWorker;

beforeAll(async () => {
  server = await startDevServer({ cliPath: testEnvironment.temporalCli() });
  stage = await Stage.open(server.address);
  tokenFile = join(scratch(), 'token');
  await writeFile(tokenFile, stage.lab.token);
  worker = await stage.startWorker({ AIVEN_TOKEN: '', AIVEN_TOKEN_FILE: tokenFile });
});
afterAll(async () => {
  await stage?.close();
  await server?.stop();
});

/** What is wrong by the answer, by the names of the checks. */
async function troubles(): Promise<Record<string, { detail: string; remedy: string | undefined }>> {
  const { status, body } = await worker.health('/readyz');
  const bad = body.checks?.filter(({ ok }) => !ok) ?? [];
  expect([status, body.ready]).toEqual(bad.length === 0 ? [200, true] : [503, false]);
  return Object.fromEntries(bad.map(({ name, detail, remedy }) => [name, { detail, remedy }]));
}

/** When it is the only one: a check that takes longer than 2 s is one, too, on a busy machine. */
function onlyTrouble(name: string) {
  return until(`${name} is all that is wrong`, async () => {
    const found = await troubles();
    return Object.keys(found).join() === name && found;
  });
}

test('a worker at work is alive, and ready: it polls, Temporal answers, the API takes its token', async () => {
  await expect(worker.health('/healthz')).resolves.toEqual({
    status: 200,
    body: { ok: true, worker: 'RUNNING' },
  });
  // A check that takes longer than 2 s does not hold, which on a busy machine is so now and then.
  const { body } = await until('it is ready', async () => {
    const answer = await worker.health('/readyz');
    return answer.status === 200 && answer;
  });
  expect(body).toEqual({
    ready: true,
    checks: [
      { name: 'worker', ok: true, detail: 'RUNNING; workflows POLLING, activities POLLING' },
      { name: 'temporal', ok: true, detail: 'namespace default is there' },
      { name: 'aiven-token', ok: true, detail: 'it can be read' },
      { name: 'aiven-api', ok: true, detail: expect.stringMatching(/^answered 200 at 20/) },
    ],
  });
});

test('what is not there is not found, and nothing takes a POST', async () => {
  expect((await worker.health('/')).status).toBe(404);
  expect((await worker.health('/readyz', { method: 'POST' })).status).toBe(405);
  await until('it is ready', async () => (await worker.health('/readyz?verbose')).status === 200);
});

test('a token that the API refuses shows after the next request, and again when it was renewed', async () => {
  await writeFile(tokenFile, 'a-token-that-was-revoked');
  await stage.client
    .start(stage.input(0, { mode: 'plan' }))
    .then(({ workflowId }) => stage.client.result(workflowId))
    .catch(() => {}); // how it ends is not asked here
  const { 'aiven-api': refused } = await onlyTrouble('aiven-api');
  expect(refused?.detail).toMatch(/401/);
  expect(refused?.remedy).toMatch(/renew the token/);
  await writeFile(tokenFile, stage.lab.token);
  await until('the worker is ready again', async () => Object.keys(await troubles()).length === 0);
});

test('a token file that is gone is named, with what to do', async () => {
  await rm(tokenFile);
  expect(await onlyTrouble('aiven-token')).toEqual({
    'aiven-token': {
      detail: 'it cannot be read (ENOENT)',
      remedy: expect.stringContaining('AIVEN_TOKEN_FILE'),
    },
  });
  await writeFile(tokenFile, stage.lab.token);
});

test('while it stops it is alive and not ready', async () => {
  const taskQueue = 'stopping';
  const stopping = await stage.startWorker({ SWITCHBACK_TASK_QUEUE: taskQueue });
  const client = await stage.clientOn(taskQueue);
  // What is under way may finish, so that the worker has something to wait for.
  stage.lab.addFault({ match: { method: 'GET' }, do: { type: 'delay', delayMs: 4_500 } });
  const asked = stage.lab.pairs[1]?.requests().length ?? 0;
  await client.start(stage.input(1, { mode: 'plan' }));
  await until('a request is under way', () => (stage.lab.pairs[1]?.requests().length ?? 0) > asked);
  const ended = stopping.stop();
  const { status, body } = await until('it has heard of that', async () => {
    const answer = await stopping.health('/readyz');
    return answer.status === 503 ? answer : undefined;
  });
  expect([status, body.ready, body.checks?.[0]]).toEqual([
    503,
    false,
    {
      name: 'worker',
      ok: false,
      detail: 'it is stopping and takes no more work',
      remedy: expect.stringMatching(/stopping: nothing/),
    },
  ]);
  expect((await stopping.health('/healthz')).status).toBe(200);
  await expect(ended).resolves.toMatchObject({ code: 0 });
});

test('when Temporal is away it says so within seconds', async () => {
  await server.stop();
  const found = await until('it is noticed', async () => {
    const bad = await troubles();
    return 'temporal' in bad && bad;
  });
  expect(found).toMatchObject({ temporal: { remedy: expect.stringContaining('TEMPORAL_ADDRESS') } });
  expect((await worker.health('/healthz')).status).toBe(200);
});
