import type { LabPair } from '../../lab/src/lab';
import { type SwitchbackReport, workflowIdOf } from '../../src/client';
import { letGo, useStage, writesTo } from '../doors/stage';
import { until } from '../doors/until';
import { type Call, useCommands } from './commands';

const stage = useStage({ pairs: 11 });
const command = useCommands();

const call = (...args: string[]) => command(args, stage().env).ended;

/** `switchback run` for the pair, quick to settle. */
function run(pair: LabPair, ...more: string[]): Call {
  const args = ['run', '--project', stage().project, pair.primary, '--settle-window', '0s', ...more];
  return command(args, stage().env);
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
  expect(new Set(lines).size).toBe(lines.length);
});

test('promote-to-master is the same command; --json prints the report on one line and nothing else', async () => {
  const { freshPair, project, env } = stage();
  const { primary, recovery } = freshPair();
  const args = ['promote-to-master', '--project', project, primary, '--settle-window', '0s', '--json'];
  const { code, stdout, stderr } = await command(args, env).ended;
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

test('Ctrl-C also ends a command that prints JSON', async () => {
  const pair = stage().freshPair();
  pair.behave({ stuck: true });
  const following = run(pair, '--json');
  await until('the run waits', () => writesTo(pair).length > 0);
  const { code, stdout, stderr } = await following.interrupt();
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toMatch(/^\nStopped watching\./);
  await letGo(pair);
});

test('plan shows what a run would send, and sends nothing', async () => {
  const pair = stage().freshPair();
  const { code, stdout } = await call('plan', '--project', stage().project, pair.primary);
  expect(code).toBe(0);
  expect(stdout).toContain('✔ planned');
  expect(stdout).toContain(
    `would send   PUT /v1/project/${stage().project}/service/${pair.primary} {"disaster_recovery_role":"active"}`,
  );
  expect(stdout).toMatch(/fingerprint {2}[0-9a-f]{12}/);
  expect(writesTo(pair)).toEqual([]);
});

test('plan --json is the report; a plan that cannot be exits as a blocked run does', async () => {
  const pair = stage().freshPair();
  const good = await call('plan', '--project', stage().project, pair.primary, '--json');
  const report = JSON.parse(good.stdout) as SwitchbackReport;
  expect({ code: good.code, outcome: report.outcome }).toEqual({ code: 0, outcome: 'planned' });
  expect(report.workflowId).toMatch(/\.plan$/);

  const bad = await call('plan', '--project', stage().project, pair.recovery, '--json');
  expect({ code: bad.code, outcome: JSON.parse(bad.stdout).outcome }).toEqual({
    code: 3,
    outcome: 'blocked',
  });
  expect(writesTo(pair)).toEqual([]);
});

test('--acknowledge answers for a soft finding, in the name of who asks', async () => {
  const { primary, ...pair } = stage().freshPair();
  await stage().lab.apply({ kind: 'metrics', service: primary, set: { disk_usage: 90 } });
  const args = ['run', '--project', stage().project, primary, '--settle-window', '0s', '--json'];
  const nameless = await call(...args, '--acknowledge', 'disk-usage');
  expect(nameless.code).toBe(2);
  expect(nameless.stdout).toContain('\\"by\\" must be a text');
  expect(writesTo({ primary, ...pair })).toEqual([]);

  const given = ['--acknowledge', 'disk-usage', '--requested-by', 'ops@example.com', '--reason', 'INC-123'];
  const { code, stdout } = await call(...args, ...given);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: 'switched-back',
    acknowledgements: [{ check: 'disk-usage', by: 'ops@example.com', reason: 'INC-123' }],
  });
});

describe('exit codes', () => {
  test('3 when blocked: naming the recovery service writes nothing and names the primary', async () => {
    const { freshPair, project, env } = stage();
    const pair = freshPair();
    const ended = await command(['run', '--project', project, pair.recovery], env).ended;
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
});
