import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from '../../src/contract/errors';
import type { DoctorVerdict } from '../../src/doctor';
import { version } from '../../src/version';
import type { Env } from '../doors/programs';
import { useStage } from '../doors/stage';
import { until } from '../doors/until';
import { useScratchFolder } from '../support/scratch';
import { useCommands } from './commands';
import { consult } from './doctor-stage';

const stage = useStage({ pairs: 1 });
const command = useCommands();
const scratch = useScratchFolder();

const env = (more: Record<string, string> = {}): Env => ({
  ...stage().env,
  SWITCHBACK_EVIDENCE: scratch(),
  ...more,
});
const target = () => `${stage().project}/${stage().lab.pairs[0]?.primary}`;

test('all well: every check is made, and nothing but reads is sent', async () => {
  stage().lab.clearRequests();
  // An answer that takes long is a warning, and sometimes this machine is that slow.
  const { code, report } = await until('the API answers at once', async () => {
    const found = await consult(command, env(), target());
    return found.check('api-reachable').verdict !== 'warn' && found;
  });
  const verdicts = Object.fromEntries(report.checks.map(({ id, verdict }) => [id, verdict]));
  expect(verdicts).toEqual({
    'node-version': 'ok',
    configuration: 'ok',
    'api-reachable': 'ok',
    'api-clock': 'ok',
    'token-accepted': 'ok',
    'token-lifetime': 'ok',
    'token-may-write': 'skipped',
    'pair-readable': 'ok',
    'events-readable': 'ok',
    'temporal-reachable': 'ok',
    'temporal-namespace': 'ok',
    'search-attributes': 'ok',
    'worker-polls': 'ok',
    'worker-version': 'ok',
    'api-budget': 'ok',
    'database-access': 'skipped',
    'evidence-store': 'ok',
    'sink-reachable': 'skipped',
  } satisfies Record<string, DoctorVerdict>);
  expect({ code, ok: report.ok, version: report.version }).toEqual({ code: 0, ok: true, version });
  expect(report).not.toHaveProperty('code');
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'running.md'), 'utf8');
  const part = page.slice(page.indexOf('## The doctor'), page.indexOf("## From Temporal's UI"));
  const described = [...part.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);
  expect(described).toEqual(Object.keys(verdicts));
  for (const { verdict, remedy } of report.checks) if (verdict === 'ok') expect(remedy).toBe('');
  expect(
    stage()
      .lab.requests()
      .map(({ method }) => method),
  ).not.toContain('PUT');
});

test('for people: the verdict first, then group by group; what nobody looked at is said', async () => {
  const { code, stdout, stderr } = await until('the API answers at once', async () => {
    const ended = await command(['doctor', target()], env()).ended;
    return / {2}✓ API: /.test(ended.stdout) && ended;
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  const groups = lines.filter((line) => /^\S/.test(line)).map((line) => line.split(/ {2}/)[0]);
  expect(groups).toEqual([
    '✔ ready',
    'This machine',
    'Aiven API',
    'Temporal',
    'Databases',
    'Evidence',
    'Notifications',
  ]);
  expect(lines[0]).toBe('✔ ready  15 well, 3 not looked at');
  expect(stdout).toMatch(new RegExp(`^ +${target()}$`, 'm'));
  expect(stdout).toMatch(/ {2}✓ API: http:\/\/127\.0\.0\.1:\d+ answers within (\d+ ms|\d\.\d s)\n/);
  expect(stdout).toMatch(/ {2}– its permission to write: not looked at: only the write tells\n/);
  const ill = await command(['doctor'], env({ AIVEN_TOKEN: 'none-of-the-lab' })).ended;
  expect(ill.stdout).toMatch(/^✘ NOT_READY {2}1 to mend, /);
  expect(ill.stdout).toMatch(/✗ token: .*401.*\n +do {2}Make a new token/);
});

test('without a pair, what needs one is not looked at, and how to name one is said', async () => {
  const { code, check } = await consult(command, env());
  expect(code).toBe(0);
  expect(check('pair-readable')).toMatchObject({
    verdict: 'skipped',
    remedy: expect.stringContaining('PROJECT/SERVICE'),
  });
});

test('the recovery service is said to be that; a service that is not there fails', async () => {
  const { project, lab } = stage();
  const recovery = String(lab.pairs[0]?.recovery);
  const [named, unknown] = await Promise.all([
    consult(command, env(), '--project', project, recovery),
    consult(command, env(), `${project}/pg-nowhere`),
  ]);
  expect(named.code).toBe(0);
  expect(named.check('pair-readable')).toMatchObject({
    verdict: 'warn',
    observed: expect.stringContaining(`${recovery} is the recovery service`),
    remedy: expect.stringContaining(`switchback run --project ${project} ${lab.pairs[0]?.primary}`),
  });
  expect(unknown).toMatchObject({ code: exitCodes.connection, failed: ['pair-readable'] });
  expect(unknown.check('pair-readable').observed).toContain('pg-nowhere');
  expect(unknown.check('pair-readable').remedy).not.toBe('');
});

test('a folder for evidence that cannot be written', async () => {
  const { code, failed, check } = await consult(
    command,
    env({ SWITCHBACK_EVIDENCE: `${__filename}/evidence` }),
  );
  expect({ code, failed }).toEqual({ code: exitCodes.connection, failed: ['evidence-store'] });
  expect(check('evidence-store')).toMatchObject({
    observed: `${__filename} is no folder`,
    remedy: expect.stringContaining('SWITCHBACK_EVIDENCE'),
  });
});

test('faults of the configuration are all listed, and what is right is looked at', async () => {
  const { AIVEN_TOKEN: _, ...without } = env({ SWITCHBACK_LOG_LEVEL: 'loud', TEMPORAL_TLS: 'True' });
  const { code, report, failed, check } = await consult(command, without);
  expect({ code, reason: report.code, failed }).toEqual({
    code: exitCodes.usage,
    reason: 'CONFIG_INVALID',
    failed: ['configuration'],
  });
  const { observed, remedy } = check('configuration');
  for (const name of ['AIVEN_TOKEN', 'SWITCHBACK_LOG_LEVEL', 'TEMPORAL_TLS'])
    expect(observed).toContain(name);
  expect(remedy).toContain('docs/configuration.md');
  expect(check('api-reachable').verdict).toBe('ok');
  expect(check('token-accepted')).toMatchObject({ verdict: 'skipped', observed: 'there is no token' });
  expect(check('temporal-reachable').verdict).toBe('skipped');
});
