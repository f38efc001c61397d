import type { Behaviour } from '../../lab/src/lab';
import { DIALECTS, phasesOf, SWITCHBACK_CHECKS, useHarness } from './harness';

const FLIPS: NonNullable<Behaviour['flip']>[] = ['early', 'late', 'primary-first', 'recovery-first', 'flap'];
/** Long enough to outlast any pause between two reads of a switch that lasts well under a second. */
const WATCHFUL = { settleWindow: '1s' };

describe.each(DIALECTS)('a pair that is ready, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect });

  const plain = scenario((it) => it.run({ requestedBy: 'ops@example.com', reason: 'INC-123' }));
  const confirmed = scenario((it) => it.run({ recovery: it.pair.recovery }));
  const flips = FLIPS.map((flip) => ({
    flip,
    ended: scenario((it) => {
      it.pair.behave({ flip });
      return it.run(WATCHFUL);
    }),
  }));

  test('is switched back by exactly one write, to the primary', async () => {
    const { report, writes, effective, roles, scenario } = await plain();
    expect(report).toMatchObject({ outcome: 'switched-back', situation: 'primary-active', dialect });
    expect(writes).toHaveLength(1);
    expect(effective).toEqual([scenario.pair.primary]);
    expect(roles).toBe('active/passive');
  });

  test('ends with a report that says all there is to say', async () => {
    const { report, scenario, reads, code } = await plain();
    const { primary, recovery } = scenario.pair;
    expect(code).toBeUndefined();
    expect(report).toMatchObject({
      project: scenario.lab.project,
      primary,
      recovery,
      headline: `${primary} is active and ${recovery} is passive, both settled.`,
      next: expect.stringContaining('Terraform'),
      requestedBy: 'ops@example.com',
      reason: 'INC-123',
      workflowId: scenario.workflowId,
      observed: { primary: { role: 'active', settled: true }, recovery: { role: 'passive', settled: true } },
    });
    expect(report.checks?.map(({ id }) => id)).toEqual(SWITCHBACK_CHECKS);
    const open = report.checks?.filter(({ verdict }) => verdict !== 'pass') ?? [];
    for (const { observed } of open) expect(observed).toMatch(/^not checked: /);
    // Four more reads may be about no service: the list of all, what happened in the project, its alerts, and the token.
    // A reply that answers two runs is counted by one.
    expect(report.requests.writes).toBe(1);
    expect(report.requests.reads).toBeGreaterThanOrEqual(reads);
    expect(report.requests.reads).toBeLessThanOrEqual(reads + 4);
    for (const empty of ['alarms', 'decisions', 'cancelRequestedAt'])
      expect(report).not.toHaveProperty(empty);
  });

  test('has a timeline in order, through every phase', async () => {
    const { report } = await plain();
    expect(phasesOf(report)).toEqual([
      'validate',
      'discover',
      'preflight',
      'promote',
      'converge',
      'verify',
      'report',
    ]);
    const times = report.timeline.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
    const point = report.pointOfNoReturn ?? '';
    expect([report.startedAt <= point, point <= report.endedAt]).toEqual([true, true]);
  });

  test('leaves a status that can be asked for after the end', async () => {
    const { scenario, report } = await plain();
    const status = await scenario.status();
    expect(status).toMatchObject({ phase: 'report', outcome: 'switched-back', headline: report.headline });
    expect(status.timeline).toEqual(report.timeline);
    expect(status).not.toHaveProperty('waiting');
  });

  test('is found by search attributes', async () => {
    const { scenario } = await plain();
    const { searchAttributes } = await scenario.handle.describe();
    expect(searchAttributes).toMatchObject({
      SwitchbackProject: [scenario.lab.project],
      SwitchbackService: [scenario.pair.primary],
      SwitchbackPhase: ['report'],
      SwitchbackOutcome: ['switched-back'],
    });
  });

  test('leaves no secret in the history', async () => {
    const { scenario } = await plain();
    const { json } = await scenario.history();
    expect(json).toContain(`${scenario.pair.primary} is active`);
    expect(json).not.toContain(scenario.lab.token);
    expect(json).not.toMatch(/postgres(ql)?:\/\/|aivenv1|authorization/i);
  });

  test('is switched back as well when both services are named', async () => {
    const { report, effective } = await confirmed();
    expect(report.outcome).toBe('switched-back');
    expect(effective).toHaveLength(1);
  });

  test.each(flips)('is switched back by one write however the roles move: $flip', async ({ ended }) => {
    const { report, effective, writes, roles } = await ended();
    expect(report).toMatchObject({ outcome: 'switched-back', situation: 'primary-active' });
    expect(writes).toHaveLength(1);
    expect(effective).toHaveLength(1);
    expect(roles).toBe('active/passive');
  });
});
