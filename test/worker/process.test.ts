import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Lab, startLab } from '../../lab/src/lab';
import { SwitchbackClient } from '../../src/client';
import { type DevServer, startDevServer } from '../../src/dev-server';
import { useBuild } from '../doors/build';
import { usePrograms } from '../doors/programs';
import { until } from '../doors/until';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';

const WORKING = /worker on task queue/;

const folder = useScratchFolder();
useBuild();
const start = usePrograms();
let server: DevServer;
let lab: Lab;

beforeAll(async () => {
  // Without the search attributes: the worker is to bring them.
  server = await startDevServer({ cliPath: testEnvironment.temporalCli() });
  lab = await startLab({ backing: 'memory', transitionMs: 300, pairs: 3 });
});
afterAll(async () => {
  await lab?.close();
  await server?.stop();
});

function environment(more: Record<string, string> = {}) {
  return {
    TEMPORAL_ADDRESS: server.address,
    AIVEN_WEB_URL: lab.baseUrl,
    AIVEN_TOKEN: lab.token,
    ...more,
  };
}

function pair(n: number) {
  const found = lab.pairs[n];
  if (!found) throw new Error(`the lab has no pair ${n}`);
  return { project: lab.project, service: found.primary };
}

async function withClient<T>(work: (client: SwitchbackClient) => Promise<T>): Promise<T> {
  const client = await SwitchbackClient.connect({ address: server.address });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

test('registers the search attributes before it polls: a run started at once ends well', async () => {
  const worker = start('worker', [], environment());
  await worker.prints(WORKING);
  await withClient(async (client) => {
    const { workflowId } = await client.start({ ...pair(0), settleWindow: '0s' });
    await expect(client.result(workflowId)).resolves.toMatchObject({ outcome: 'switched-back' });
  });
  const { code, stdout, stderr } = await worker.kill('SIGTERM');
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string });
  expect(lines.map(({ msg }) => msg).filter((msg) => WORKING.test(msg))).toEqual([
    `worker on task queue switchback; Temporal ${server.address}, namespace default, no TLS; Aiven API ${lab.baseUrl}`,
  ]);
  expect(stdout + stderr).not.toContain(lab.token);
});

test('on SIGTERM it leaves in order while a run waits, and another worker goes on with the same run', async () => {
  const readyFile = join(folder(), 'ready');
  const target = pair(1);
  lab.pairs[1]?.behave({ stuck: true });
  const first = start('worker', [], environment({ SWITCHBACK_READY_FILE: readyFile }));
  await first.prints(WORKING);
  await until('the ready file is there', () => existsSync(readyFile));
  await withClient(async (client) => {
    const { workflowId, runId } = await client.start({ ...target, settleWindow: '0s' });
    await until('the run waits', async () => (await client.status(workflowId)).live?.situation === 'moving');
    const asked = Date.now();
    expect(await first.kill('SIGTERM')).toMatchObject({ code: 0, signal: null });
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(existsSync(readyFile)).toBe(false);
    expect(await client.isRunning(workflowId)).toBe(true);

    await start('worker', [], environment()).prints(WORKING);
    lab.pairs[1]?.set('primary', { state: 'RUNNING' });
    await expect(client.result(workflowId)).resolves.toMatchObject({ runId, outcome: 'switched-back' });
  });
  expect(lab.pairs[1]?.requests().filter(({ effect }) => effect === 'role-change')).toHaveLength(1);
});

test('an unusable configuration ends it with every fault and exit code 2', async () => {
  const env = { AIVEN_WEB_URL: 'ftp://h', TEMPORAL_TLS: 'True', SWITCHBACK_LOG_LEVEL: 'loud' };
  const { code, stdout, stderr } = await start('worker', [], env).ended;
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr.split('\n  - ')).toEqual([
    'CONFIG_INVALID: The configuration is not valid:',
    expect.stringContaining('AIVEN_WEB_URL'),
    expect.stringContaining('SWITCHBACK_LOG_LEVEL'),
    expect.stringContaining('AIVEN_TOKEN'),
    expect.stringContaining('TEMPORAL_TLS'),
  ]);
});

test('exit code 7 and one clear line when Temporal does not answer, and no ready file of a killed worker is left', async () => {
  const readyFile = join(folder(), 'stale');
  await writeFile(readyFile, '1\n');
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', AIVEN_TOKEN: 'x', SWITCHBACK_READY_FILE: readyFile };
  const { code, stderr } = await start('worker', [], env).ended;
  expect(code).toBe(7);
  expect(stderr).toMatch(/^TEMPORAL_UNREACHABLE: Cannot connect to Temporal at 127\.0\.0\.1:1, .*\n$/);
  expect(existsSync(readyFile)).toBe(false);
});
