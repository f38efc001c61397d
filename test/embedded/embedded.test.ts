import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { workflowIdOf } from '../../src/client';
import { useBuild } from '../doors/build';
import { type Program, usePrograms } from '../doors/programs';
import { letGo, writesTo } from '../doors/stage';
import { until } from '../doors/until';
import { testEnvironment } from '../support/environment';
import { isRunning } from '../support/processes';
import { useScratchFolder, writeScript } from '../support/scratch';

useBuild();
const scratch = useScratchFolder();
const start = usePrograms();
let lab: Lab;
let next = 0;

beforeAll(async () => {
  lab = await startLab({ backing: 'memory', transitionMs: 200, pairs: 5 });
});
afterAll(() => lab?.close());

interface Description {
  workflowExecutionInfo: { execution: { runId: string } };
}

function freshPair(): { pair: LabPair; folder: string } {
  const pair = lab.pairs[next++];
  if (!pair) throw new Error('the lab has no more pairs');
  return { pair, folder: join(scratch(), `state ${next}`) };
}

/** `switchback run` with a Temporal of its own in `folder`. */
function run(pair: LabPair, folder: string, env: Record<string, string> = {}): Program {
  const args = [
    'run',
    '--project',
    lab.project,
    pair.primary,
    '--settle-window',
    '0s',
    '--embedded-dir',
    folder,
  ];
  return start('starter', args, {
    AIVEN_WEB_URL: lab.baseUrl,
    AIVEN_TOKEN: lab.token,
    TEMPORAL_CLI_PATH: testEnvironment.temporalCli(),
    ...env,
  });
}

/** Processes, other than the commands of a test, that work on the folder. */
function serversOn(folder: string): string[] {
  const all = execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes('start-dev') && line.includes(folder));
}

function runIdIn(output: string): string | undefined {
  return /run +switchback\.\S+ · (\S+)/.exec(output)?.[1];
}

test('brings its own Temporal and worker, and leaves neither behind', async () => {
  const { pair, folder } = freshPair();
  const command = run(pair, folder);
  const { code, stdout, stderr } = await command.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(
    `Temporal and the worker run inside this command, on ${folder}. UI: http://127.0.0.1:`,
  );
  expect(stdout).toContain('✔ switched-back');
  expect(writesTo(pair)).toHaveLength(1);
  expect(serversOn(folder)).toEqual([]);
  expect(existsSync(join(folder, 'temporal.db'))).toBe(true);
  expect(stdout).not.toContain(lab.token);
});

test('no other user of the machine can read what it keeps, and no web page can start a run through it', async () => {
  const { pair, folder } = freshPair();
  mkdirSync(folder, { mode: 0o755 });
  pair.behave({ stuck: true });
  const command = run(pair, folder);
  await command.prints(/converge/);
  const [server = ''] = serversOn(folder);
  const [, port] = /--http-port (\d+)/.exec(server) ?? [];
  const start = JSON.stringify({
    workflowType: { name: 'switchbackWorkflow' },
    taskQueue: { name: 'switchback' },
  });
  const answers = await Promise.all(
    ['http://evil.example', undefined].map((origin) =>
      fetch(`http://127.0.0.1:${port}/api/v1/namespaces/default/workflows/by-a-web-page`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain', ...(origin === undefined ? {} : { origin }) },
        body: start,
      }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([403, 403]);
  const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(modes.filter(([, mode]) => (Number(mode) & 0o077) !== 0)).toEqual([]);
  expect(modes.map(([name]) => name)).toContain('temporal.db');
  await command.kill('SIGINT');
});

test('killed in the middle of the switch and started again, it resumes the same run with one write in all', async () => {
  const { pair, folder } = freshPair();
  pair.behave({ stuck: true });
  const first = run(pair, folder);
  await first.prints(/converge/);
  await until('the promotion is written', () => writesTo(pair).length > 0);
  const link = await first.prints(/UI: (\S+)/);
  const workflowId = workflowIdOf(lab.project, pair.primary);
  const described = await fetch(`${link[1]}/api/v1/namespaces/default/workflows/${workflowId}`);
  const { workflowExecutionInfo } = (await described.json()) as Description;
  await first.kill('SIGKILL');

  const second = run(pair, folder);
  await second.prints(/is going on already: following that one/);
  await letGo(pair);
  const { code, stdout } = await second.ended;
  expect(code).toBe(0);
  expect(stdout).toContain('✔ switched-back');
  expect(runIdIn(stdout)).toBe(workflowExecutionInfo.execution.runId);
  expect(pair.requests().filter(({ effect }) => effect === 'role-change')).toHaveLength(1);
  expect(writesTo(pair)).toHaveLength(1);
  expect(isRunning(second.pid)).toBe(false);
  expect(serversOn(folder)).toEqual([]);
});

test('one command at a time has a folder; Ctrl-C keeps the run and says how to go on', async () => {
  const { pair, folder } = freshPair();
  pair.behave({ stuck: true });
  const both = [run(pair, folder), run(pair, folder)] as const;
  const loser = await Promise.race(both.map((command) => command.ended.then(() => command)));
  const winner = both[0] === loser ? both[1] : both[0];
  const refused = await loser.ended;
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain(
    `ALREADY_RUNNING ${pair.primary}: Another command (process ${winner.pid}) runs Temporal on this folder already.`,
  );
  await winner.prints(/converge/);
  expect(serversOn(folder)).toHaveLength(1);

  // Now that its server is up, a third one is told where to look.
  const third = await run(pair, folder).ended;
  const address = /TEMPORAL_ADDRESS=(\S+) switchback get/.exec(third.stderr)?.[1] ?? '';
  const get = ['get', '--project', lab.project, pair.primary];
  const look = await start('starter', get, { TEMPORAL_ADDRESS: address }).ended;
  expect(look.stdout).toMatch(/Run switchback\.\S+: converge\./);

  const { code, stderr } = await winner.kill('SIGINT');
  expect(code).toBe(130);
  expect(stderr).toBe(
    `\nStopped watching. The run is kept, but goes on only when you start it again:\n  switchback run --project ${lab.project} ${pair.primary} --embedded --embedded-dir '${folder}'\n`,
  );
  expect(serversOn(folder)).toEqual([]);
});

test('Ctrl-C before the run was started starts none', async () => {
  const { pair, folder } = freshPair();
  const [asked, go] = [join(scratch(), 'asked'), join(scratch(), 'go')];
  // A server that does not start before the command was interrupted.
  const script = `touch '${asked}'; until [ -e '${go}' ]; do sleep 0.1; done; exec '${testEnvironment.temporalCli()}' "$@"`;
  const TEMPORAL_CLI_PATH = await writeScript(join(scratch(), 'waiting-cli'), script);
  const command = run(pair, folder, { TEMPORAL_CLI_PATH });
  await until('its server is asked for', () => existsSync(asked));
  const ended = command.kill('SIGINT');
  writeFileSync(go, '');
  const { code, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toBe('Stopped before anything was started.\n');
  expect(pair.requests()).toEqual([]);
  expect(serversOn(folder)).toEqual([]);
});

test('says what it lacks: a CLI that is none, a server that does not start, a folder that is none', async () => {
  const [pair] = lab.pairs;
  if (!pair) throw new Error('the lab has no pair');
  const folder = join(scratch(), 'failing');
  const [noCli, noServer, noFolder] = await Promise.all([
    run(pair, folder, { TEMPORAL_CLI_PATH: '/nowhere/temporal' }).ended,
    run(pair, `${folder}-2`, { TEMPORAL_CLI_PATH: '/bin/false' }).ended,
    run(pair, join(__filename, 'x')).ended,
  ]);
  expect(noCli.code).toBe(7);
  expect(noCli.stderr).toMatch(/^✘ TEMPORAL_CLI_NOT_FOUND .*\/nowhere\/temporal/);
  expect(noServer.code).toBe(7);
  expect(noServer.stderr).toMatch(
    /^✘ TEMPORAL_UNREACHABLE pg-demo: The Temporal dev server ended before it was ready/,
  );
  expect(noFolder.code).toBe(2);
  expect(noFolder.stderr).toMatch(/^✘ CONFIG_INVALID The folder .* cannot be written to \(ENOTDIR\)/);
});
