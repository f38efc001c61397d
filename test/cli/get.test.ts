import { SwitchbackClient, workflowIdOf } from '../../src/client';
import { useStage } from '../doors/stage';
import { until } from '../doors/until';
import { useCommands } from './commands';

const stage = useStage({ pairs: 4 });
const command = useCommands();

function get(service: string, env: Record<string, string> = stage().env, ...more: string[]) {
  return command(['get', '--project', stage().project, service, ...more], env).ended;
}

function without(...names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(stage().env).filter(([name]) => !names.includes(name)));
}

test('shows both services and the run, whichever service is named', async () => {
  const { freshPair, project, env } = stage();
  const { primary, recovery } = freshPair();
  const services = [
    'Services',
    `  primary      ${primary} passive/RUNNING`,
    `  recovery     ${recovery} active/RUNNING`,
    '  situation    recovery-active',
    '  dialect      role',
    '  stage        switched-over',
    `  you can      switchback run ${project}/${primary}`,
  ];
  const before = await get(primary);
  expect(before).toMatchObject({ code: 0, stderr: '' });
  expect(before.stdout.trimEnd().split('\n')).toEqual([
    ...services,
    'Run: none of this pair is known to Temporal.',
  ]);

  const runArgs = ['run', '--project', project, primary, '--settle-window', '0s'];
  expect((await command(runArgs, env).ended).code).toBe(0);
  const after = await Promise.all([get(primary), get(recovery)]);
  for (const { code, stdout } of after) {
    expect(code).toBe(0);
    expect(stdout).toContain(`  primary      ${primary} active/RUNNING`);
    expect(stdout).toContain('situation    primary-active');
    expect(stdout).toContain(`Run ${workflowIdOf(project, primary)}: switched-back. ${primary} is active`);
    expect(stdout).toMatch(/Z?\d\d:\d\d:\d\d {2}promote +the API accepted the promotion/);
  }
});

test('status --json prints one line with both services and the run', async () => {
  const { freshPair, project, env } = stage();
  const { primary, recovery } = freshPair();
  const runArgs = ['run', '--project', project, primary, '--settle-window', '0s', '--json'];
  expect((await command(runArgs, env).ended).code).toBe(0);
  const args = ['status', '--project', project, recovery, '--json'];
  const { code, stdout, stderr } = await command(args, env).ended;
  expect({ code, stderr, lines: stdout.split('\n').length }).toEqual({ code: 0, stderr: '', lines: 2 });
  expect(JSON.parse(stdout)).toMatchObject({
    services: { pair: { primary, recovery, dialect: 'role' }, situation: 'primary-active' },
    cycle: { stage: 'protected', procedures: ['switchover', 'drill'] },
    run: { workflowId: workflowIdOf(project, primary), outcome: 'switched-back' },
  });
});

test('shows what it can: without a token the run, without Temporal the services, and says what is missing', async () => {
  const { freshPair, lab } = stage();
  const { primary } = freshPair();
  const unreachable = { ...stage().env, TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const [noToken, noTemporal, neither, json] = await Promise.all([
    get(primary, without('AIVEN_TOKEN')),
    get(primary, unreachable),
    get(primary, { TEMPORAL_ADDRESS: '127.0.0.1:1' }),
    get(primary, unreachable, '--json'),
  ]);
  expect(noToken.code).toBe(0);
  expect(noToken.stdout).toContain('Services: not read. The configuration is not valid:');
  expect(noToken.stdout).toContain('AIVEN_TOKEN (or AIVEN_TOKEN_FILE) is not set');
  expect(noToken.stdout).toContain('Run: none of this pair is known to Temporal.');
  expect(noTemporal.code).toBe(0);
  expect(noTemporal.stdout).toContain(`  primary      ${primary} passive/RUNNING`);
  expect(noTemporal.stdout).toContain('Run: not known. Temporal at 127.0.0.1:1 does not answer');
  expect(neither.code).toBe(2);
  expect(neither.stderr).toContain('AIVEN_TOKEN');
  expect(neither.stderr).toContain('Temporal at 127.0.0.1:1 does not answer');
  expect(JSON.parse(json.stdout)).toMatchObject({
    services: { situation: 'recovery-active' },
    problems: [{ code: 'TEMPORAL_UNREACHABLE' }],
  });
  for (const { stdout, stderr } of [noTemporal, json]) expect(stdout + stderr).not.toContain(lab.token);
});

test('a service that is not there is said with what was looked for', async () => {
  const { code, stdout } = await get('pg-nowhere');
  expect(code).toBe(0);
  expect(stdout).toMatch(/✗ .*pg-nowhere/);
});

test('and the last runs of any procedure: when, which, how they ended, and who wanted them', async () => {
  const { freshPair, project, env, address, taskQueue } = stage();
  const { primary } = freshPair();
  const client = await SwitchbackClient.connect({ address, taskQueue });
  try {
    const input = { project, service: primary, settleWindow: '0s' };
    const drill = { procedure: 'drill' as const };
    const planned = await client.start({ ...input, mode: 'plan', requestedBy: 'ann@example.com' }, drill);
    await client.result(planned.workflowId).catch(() => undefined);
    const back = await client.start({ ...input, requestedBy: 'bob@example.com', reason: 'INC-123' });
    await client.result(back.workflowId);
    const last = await until('both are listed as ended', async () => {
      const runs = await client.lastRuns(project, primary);
      return runs.length === 2 && runs.every(({ closedAt }) => closedAt !== undefined) && runs;
    });
    expect(last).toMatchObject([
      {
        procedure: 'switchback',
        outcome: 'switched-back',
        requestedBy: 'bob@example.com',
        reason: 'INC-123',
      },
      { procedure: 'drill', mode: 'plan', requestedBy: 'ann@example.com' },
    ]);
    expect(await client.standing(project, primary)).toMatchObject({
      stage: 'protected',
      procedures: ['switchover', 'drill'],
      situation: 'primary-active',
      workflowId: back.workflowId,
      seenAt: expect.stringMatching(/^\d{4}-/),
    });
    expect(await client.standing(project, 'pg-nowhere')).toBeUndefined();
    const { stdout } = await get(primary, env);
    const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
    expect(stdout).toMatch(/^ {2}STARTED \(UTC\) +PROCEDURE +OUTCOME +BY$/m);
    expect(stdout).toMatch(new RegExp(`^ {2}${time} +switchback +switched-back +bob@example\\.com$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^ {2}${time} +drill \\(plan\\) +\\S+ +ann@example\\.com$`, 'm'));
    const { lastRuns } = JSON.parse((await get(primary, env, '--json')).stdout) as { lastRuns: unknown[] };
    expect(lastRuns).toEqual(last);
  } finally {
    await client.close();
  }
});
