import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Client, Connection } from '@temporalio/client';
import { type DevServer, type DevServerOptions, startDevServer } from '../../src/dev-server';
import { testEnvironment } from '../support/environment';
import { commandLine, isRunning } from '../support/processes';
import { useScratchFolder, writeScript } from '../support/scratch';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const scratch = useScratchFolder();
const started: DevServer[] = [];

async function start(options: Partial<DevServerOptions> = {}): Promise<DevServer> {
  // A server takes a second to say goodbye; where that is not the point, it may as well be killed.
  const server = await startDevServer({
    cliPath: testEnvironment.temporalCli(),
    stopTimeoutMs: 50,
    ...options,
  });
  started.push(server);
  return server;
}

async function withClient<T>(server: DevServer, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(new Client({ connection, namespace: server.namespace }));
  } finally {
    await connection.close();
  }
}

afterEach(() => Promise.all(started.splice(0).map((server) => server.stop())));

test('is ready when it says so: namespace, search attributes, HTTP API', async () => {
  const server = await start({
    namespace: 'drills',
    searchAttributes: { SwitchbackPhase: 'Keyword', Attempts: 'Int' },
  });
  const { customAttributes } = await withClient(server, async (client) => {
    await client.workflow.start('parked', { taskQueue: 'nobody', workflowId: 'first' });
    return client.connection.operatorService.listSearchAttributes({ namespace: 'drills' });
  });
  expect(Object.keys(customAttributes ?? {})).toEqual(
    expect.arrayContaining(['SwitchbackPhase', 'Attempts']),
  );
  const described = await fetch(`${server.httpUrl}/api/v1/namespaces/drills/workflows/first`);
  expect(described.status).toBe(200);
});

test('is always tuned, and has no UI unless asked', async () => {
  const server = await start();
  expect(server.uiUrl).toBeUndefined();
  const command = commandLine(server.pid);
  expect(command).toContain('--dynamic-config-value history.transferProcessorMaxPollRPS=2000');
  expect(command).toContain('--headless');
});

test('serves the UI when asked', async () => {
  const server = await start({ ui: true });
  const page = await fetch(String(server.uiUrl));
  expect(page.status).toBe(200);
  expect(commandLine(server.pid)).not.toContain('--headless');
});

test('servers at the same time do not meet', async () => {
  const servers = await Promise.all([start(), start()]);
  expect(new Set(servers.flatMap(({ address, httpUrl }) => [address, httpUrl])).size).toBe(4);
});

test('a file keeps its workflows through a kill -9', async () => {
  const dbFilename = join(scratch(), 'new-folder', 'temporal.db');
  const searchAttributes = { SwitchbackPhase: 'Keyword' } as const;
  const first = await start({ dbFilename, searchAttributes });
  await withClient(first, (client) =>
    client.workflow.start('parked', { taskQueue: 'nobody', workflowId: 'survivor' }),
  );
  process.kill(first.pid, 'SIGKILL');
  await first.exited;

  const second = await start({ dbFilename, searchAttributes });
  const description = await withClient(second, (client) => client.workflow.getHandle('survivor').describe());
  expect(description.status.name).toBe('RUNNING');
});

test('stop leaves no process, and may be called again', async () => {
  const server = await start({ stopTimeoutMs: 10_000 });
  expect(isRunning(server.pid)).toBe(true);
  await server.stop();
  expect(isRunning(server.pid)).toBe(false);
  await server.stop();
});

test('a server that does not heed SIGTERM is killed', async () => {
  const server = await start({ stopTimeoutMs: 100 });
  process.kill(server.pid, 'SIGSTOP'); // a stopped process takes no signal but SIGKILL
  await server.stop();
  expect(isRunning(server.pid)).toBe(false);
});

test('output goes to the log file', async () => {
  const logFile = join(scratch(), 'logs', 'temporal.log');
  const server = await start({ logFile, logLevel: 'info', stopTimeoutMs: 10_000 });
  await server.stop();
  await expect(readFile(logFile, 'utf8')).resolves.toMatch(/temporal/i);
});

test('a server that dies at once is reported with the end of its output', async () => {
  const cliPath = await writeScript(join(scratch(), 'dies'), 'echo "disk on fire" >&2; exit 3');
  await expect(start({ cliPath })).rejects.toThrow(/ended before it was ready.*\n.*disk on fire/);
});

const STACK = `i=0; while [ $i -lt 60 ]; do echo "github.com/some/package.Function$i(...)"; i=$((i+1)); done`;

test('a server that panics is started again, since a port may have been taken meanwhile', async () => {
  const [first, cliPath] = [join(scratch(), 'first'), join(scratch(), 'panics-once')];
  const panic = `echo "panic: a port is taken"; ${STACK}; exit 2`;
  const script = `if [ ! -e ${first} ]; then touch ${first}; ${panic}; fi; exec ${testEnvironment.temporalCli()} "$@"`;
  await writeScript(cliPath, script);
  const server = await start({ cliPath });
  expect(isRunning(server.pid)).toBe(true);
});

test('one that panics each time is reported with its reason, and not with the end of its stack', async () => {
  const cliPath = await writeScript(join(scratch(), 'panics'), `echo "panic: no disk"; ${STACK}; exit 2`);
  await expect(start({ cliPath })).rejects.toThrow(/ended before it was ready.*\n.*panic: no disk/);
});

test('a server that is never ready is reported at the deadline, and ended', async () => {
  const pidFile = join(scratch(), 'pid');
  const cliPath = await writeScript(join(scratch(), 'idles'), `echo $$ > ${pidFile}; exec sleep 600`);
  // A limit that the garbage collector may take away is none.
  const collecting = setInterval(collectGarbage, 100);
  try {
    await expect(start({ cliPath, readyTimeoutMs: 3_000 })).rejects.toThrow('was not ready within 3 s');
  } finally {
    clearInterval(collecting);
  }
  expect(isRunning(Number(await readFile(pidFile, 'utf8')))).toBe(false);
});

test("a port where another Temporal server listens is refused, not mistaken for one's own", async () => {
  const port = Number(new URL(`grpc://${testEnvironment.temporalAddress()}`).port);
  await expect(start({ port })).rejects.toThrow(`Port ${port} of 127.0.0.1 is taken`);
});

test('a CLI that cannot be run is reported', async () => {
  const cliPath = join(scratch(), 'no-such-cli');
  await expect(start({ cliPath })).rejects.toThrow(`Could not start ${cliPath}`);
});
