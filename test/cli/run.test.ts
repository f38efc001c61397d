import { SwitchbackClient, workflowIdOf } from '../../src/client';
import type { LabPair } from '../../src/lab/lab';
import { useBuild } from '../doors/build';
import { type Program, usePrograms } from '../doors/programs';
import { letGo, useStage, writesTo } from '../doors/stage';
import { until } from '../doors/until';

useBuild();
const stage = useStage({ pairs: 12 });
const start = usePrograms();

/** `switchback run` for the pair, quick to settle. */
function run(pair: LabPair, ...more: string[]): Program {
  const args = ['run', '--project', stage().project, pair.primary, '--settle-window', '0s', ...more];
  return start('starter', args, stage().env);
}

async function withClient<T>(work: (client: SwitchbackClient) => Promise<T>): Promise<T> {
  const { address, taskQueue } = stage();
  const client = await SwitchbackClient.connect({ address, taskQueue });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

test('follows a run to its end: what happens in order, the checks, and the report last', async () => {
  const pair = stage().freshPair();
  const { code, stdout, stderr } = await run(pair, '--requested-by', 'ops@example.com').ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { primary, recovery } = pair;
  const landmarks = [
    `Started switchback.${stage().project}.${primary}. Ctrl-C stops watching, never the run.`,
    'input accepted',
    `${primary} and ${recovery} are a pair; the API speaks role`,
    'Checking the preconditions.',
    '✓ ',
    `Promoting ${primary}: from here on the run only goes forward.`,
    'the API accepted the promotion',
    `Waiting for ${primary} to be active and settled.`,
    'Reading both services once more.',
    '✔ switched-back',
    `now          ${primary} is active and ${recovery} is passive, both settled.`,
    'next         ',
    '1 write',
    'run          switchback.',
  ];
  const lines = stdout.trimEnd().split('\n');
  const places = landmarks.map((text) => lines.findIndex((line) => line.includes(text)));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places).not.toContain(-1);
  expect(places.at(-1)).toBe(lines.length - 1);
  // A pipe gets no colours and no live line.
  expect(stdout).not.toMatch(new RegExp(String.fromCharCode(27)));
  expect(new Set(lines).size).toBe(lines.length);
});

test('promote-to-master is the same command; --json prints the report on one line and nothing else', async () => {
  const { freshPair, project, env } = stage();
  const { primary, recovery } = freshPair();
  const args = ['promote-to-master', '--project', project, primary, '--settle-window', '0s', '--json'];
  const { code, stdout, stderr } = await start('starter', args, env).ended;
  expect({ code, stderr, lines: stdout.split('\n').length }).toEqual({ code: 0, stderr: '', lines: 2 });
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: 'switched-back',
    project,
    primary,
    recovery,
    workflowId: workflowIdOf(project, primary),
    requests: { writes: 1 },
  });
});

test('--detach prints the workflow id only; a second run follows the same one and says so', async () => {
  const pair = stage().freshPair();
  pair.behave({ stuck: true });
  const workflowId = workflowIdOf(stage().project, pair.primary);
  const { code, stdout } = await run(pair, '--detach').ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${workflowId}\n` });

  const second = run(pair);
  await second.prints(new RegExp(`The run ${workflowId} is going on already: following that one`));
  await letGo(pair);
  const ended = await second.ended;
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain('✔ switched-back');
  // Who comes late is told the story in its order, too.
  const order = ['input accepted', 'Checking the preconditions.', '✓ ', 'Promoting', '✔ switched-back'];
  const places = order.map((text) => ended.stdout.indexOf(text));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(writesTo(pair)).toHaveLength(1);
});

test('Ctrl-C stops watching and says how to go on; the run goes on and ends well', async () => {
  const pair = stage().freshPair();
  pair.behave({ stuck: true });
  const following = run(pair);
  await following.prints(/converge/);
  const { code, stderr } = await following.kill('SIGINT');
  expect(code).toBe(130);
  expect(stderr).toBe(
    `\nStopped watching. The run goes on without you; follow it again with\n  switchback run --project ${stage().project} ${pair.primary}\n`,
  );
  await letGo(pair);
  await withClient(async (client) => {
    const report = await client.result(workflowIdOf(stage().project, pair.primary));
    expect(report).toMatchObject({ outcome: 'switched-back', requests: { writes: 1 } });
  });
});

test('Ctrl-C also ends a command that prints JSON', async () => {
  const pair = stage().freshPair();
  pair.behave({ stuck: true });
  const following = run(pair, '--json');
  await until('the run waits', () => writesTo(pair).length > 0);
  const { code, stdout, stderr } = await following.kill('SIGINT');
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toMatch(/^\nStopped watching\./);
  await letGo(pair);
});

describe('exit codes', () => {
  test('2 for what the command line lacks or does not know', async () => {
    const { env, project } = stage();
    const [noProject, unknown, asJson, conflict] = await Promise.all([
      start('starter', ['run', 'pg', '--mode', 'fly'], env).ended,
      start('starter', ['run', '--project', project, 'pg', '--colour', 'red'], env).ended,
      start('starter', ['run', '--project', project, 'pg', '--json', '--colour', 'red'], env).ended,
      start('starter', ['run', '--project', project, 'pg', '--embedded', '--detach'], env).ended,
    ]);
    expect(noProject.code).toBe(2);
    expect(noProject.stderr).toContain(
      'INVALID_INPUT --project is missing, and so is PROJECT/ before the service; "mode" must be one of',
    );
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("unknown option '--colour'");
    expect(asJson).toMatchObject({ code: 2, stderr: '' });
    expect(JSON.parse(asJson.stdout)).toEqual({
      code: 'INVALID_INPUT',
      message: "unknown option '--colour'",
    });
    expect(conflict.code).toBe(2);
    expect(conflict.stderr).toContain("option '--embedded' cannot be used with option '--detach'");
  });

  test('2 with every fault of an input, before anything is asked', async () => {
    const pair = stage().freshPair();
    const { code, stderr } = await run(pair, '--converge-timeout', 'soon', '--quiet-window', '5').ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /INVALID_INPUT .*"convergeTimeout" must be a duration.*"quietWindow" must be a duration/,
    );
    expect(pair.requests()).toEqual([]);
  });

  test('3 when blocked: naming the recovery service writes nothing and names the primary', async () => {
    const { freshPair, project, env } = stage();
    const pair = freshPair();
    const ended = await start('starter', ['run', '--project', project, pair.recovery], env).ended;
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain('✘ blocked (BLOCKED)');
    expect(ended.stdout).toContain(`{"service":"${pair.primary}"}`);
    expect(writesTo(pair)).toEqual([]);
  });

  test('4 when the API refuses the promotion; --json prints the report of a failure, too', async () => {
    const pair = stage().freshPair();
    stage().lab.addFault({
      match: { method: 'PUT', service: pair.primary },
      do: { type: 'status', status: 403, message: 'Not allowed for this token' },
    });
    const { code, stdout } = await run(pair, '--json').ended;
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'aborted',
      code: 'PROMOTE_REFUSED',
      headline: expect.stringContaining('Not allowed for this token'),
    });
  });

  test('5 when the pair did not settle and was returned to the recovery service', async () => {
    const pair = stage().freshPair();
    pair.behave({ stuck: true });
    const { code, stdout } = await run(pair, '--converge-timeout', '1s', '--decision-window', '0s').ended;
    expect(stdout).toContain('✘ returned-to-recovery (RETURNED_TO_RECOVERY)');
    expect(code).toBe(5);
  });

  test('7 when Temporal does not answer, in text and in JSON', async () => {
    const env = { ...stage().env, TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const args = ['run', '--project', 'p', 'pg'];
    const [text, json] = await Promise.all([
      start('starter', args, env).ended,
      start('starter', [...args, '--json'], env).ended,
    ]);
    expect(text.code).toBe(7);
    expect(text.stderr).toMatch(/^✘ TEMPORAL_UNREACHABLE Temporal at 127\.0\.0\.1:1 does not answer/);
    expect(json.code).toBe(7);
    expect(JSON.parse(json.stdout)).toEqual({
      code: 'TEMPORAL_UNREACHABLE',
      message: expect.stringContaining('127.0.0.1:1'),
    });
  });
});
