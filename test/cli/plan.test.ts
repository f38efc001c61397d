import type { SwitchbackReport } from '../../src/client';
import { useBuild } from '../doors/build';
import { usePrograms } from '../doors/programs';
import { useStage, writesTo } from '../doors/stage';

useBuild();
const stage = useStage({ pairs: 3 });
const start = usePrograms();

const call = (...args: string[]) => start('starter', args, stage().env).ended;

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
