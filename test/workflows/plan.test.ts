import { approvePlan } from '../support/approve-plan';
import { DIALECTS, type Ended, phasesOf, type Scenario, SWITCHBACK_CHECKS, useHarness } from './harness';

const LEAD = { by: 'lead@example.com', reason: 'INC-123' };
const alerted = (it: Scenario) =>
  it.lab.apply({ kind: 'alert', service: it.pair.primary, event: 'user_alert', severity: 'critical' });
/** Reads that are a POST apart, whatever could change something. */
const mutating = ({ requests }: Ended) =>
  requests.filter(
    ({ method, path }) => method !== 'GET' && !(method === 'POST' && path.endsWith('/metrics')),
  );

describe.each(DIALECTS)('a plan, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect });

  const planned = scenario(async (it) => {
    await alerted(it);
    const ended = await it.run({ mode: 'plan', approval: 'required' });
    return { ...ended, ...(await it.history()) };
  });

  test('says what a run would write, for what state, and what it needs', async () => {
    const { report, scenario } = await planned();
    const { primary } = scenario.pair;
    const body =
      dialect === 'role'
        ? { disaster_recovery_role: 'active' }
        : { disaster_recovery_promote_to_master: true };
    expect(report).toMatchObject({ outcome: 'planned', situation: 'recovery-active' });
    expect(report.plan).toMatchObject({
      request: { method: 'PUT', path: `/v1/project/${scenario.lab.project}/service/${primary}`, body },
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      approvalRequired: true,
      toAcknowledge: ['alerts'],
    });
    expect(report.next).toBe(
      'Start it in mode execute; it needs you to acknowledge alerts and to have it approved.',
    );
    expect(report.checks).toHaveLength(SWITCHBACK_CHECKS.length);
  });

  test('changes nothing, takes no lock, and asks nobody', async () => {
    const ended = await planned();
    expect(mutating(ended)).toEqual([]);
    expect(ended.report.requests.writes).toBe(0);
    expect(ended.report).not.toHaveProperty('pointOfNoReturn');
    expect(ended.types.filter((type) => type.startsWith('START_CHILD'))).toEqual([]);
    expect(phasesOf(ended.report)).toEqual(['validate', 'discover', 'preflight', 'report']);
    expect(ended.roles).toBe('passive/active');
  });

  const beside = scenario(async (it) => {
    await it.start({ approval: 'required', requestedBy: 'ops@example.com' });
    const run = await it.until('it waits', ({ phase }) => phase === 'approval');
    const { project } = it.lab;
    const planId = `${it.workflowId}.plan`;
    await it.harness.startWith({ project, service: it.pair.primary, mode: 'plan' }, planId);
    const plan = await it.harness.client.result(planId);
    await it.harness.client.approve(it.workflowId, { ...LEAD, fingerprint: plan.plan?.fingerprint ?? '' });
    return { run, plan, ...(await it.end()) };
  });

  test('can be made while a run is going on; the same state has the same fingerprint', async () => {
    const { run, plan, report } = await beside();
    expect(plan.outcome).toBe('planned');
    expect(plan.plan?.fingerprint).toBe(run.plan?.fingerprint);
    expect(report.outcome).toBe('switched-back');
  });

  const blocked = scenario((it) => {
    it.pair.set('primary', { state: 'REBUILDING' });
    return it.run({ mode: 'plan' });
  });

  test('of a run that would be blocked is blocked', async () => {
    const ended = await blocked();
    expect(ended.code).toBe('BLOCKED');
    expect(mutating(ended)).toEqual([]);
  });

  const atHome = scenario(async (it) => {
    await it.pair.switchback();
    return it.run({ mode: 'plan' });
  });

  test('of a run that would write nothing says so', async () => {
    const { report } = await atHome();
    expect(report.outcome).toBe('planned');
    expect(report.headline).toMatch(
      /^Nothing was written, and a run now would write nothing: primary .* active/,
    );
    expect(report).not.toHaveProperty('plan');
  });
});

describe.each(DIALECTS)('a rehearsal, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect });
  const APPROVED = { approval: 'required', requestedBy: 'ops@example.com' };

  const approvedBy = async (it: Scenario, input: object) => {
    await it.start({ ...APPROVED, ...input });
    await it.until('it waits', ({ phase }) => phase === 'approval');
    const other = await it.harness.startWith({ project: it.lab.project, service: it.pair.primary });
    const second = await it.end(other.workflowId);
    await approvePlan(it.harness.client, it.workflowId, LEAD);
    return { second, ...(await it.end()), ...(await it.history()) };
  };
  const rehearsed = scenario((it) => approvedBy(it, { mode: 'rehearse' }));
  const real = scenario((it) => approvedBy(it, {}));

  test('goes through the same phases as a run, approval and lock included, and writes nothing', async () => {
    const [rehearsal, run] = [await rehearsed(), await real()];
    expect(rehearsal.report).toMatchObject({ outcome: 'rehearsed', situation: 'recovery-active' });
    expect(run.report.outcome).toBe('switched-back');
    expect(phasesOf(rehearsal.report)).toEqual(phasesOf(run.report));
    expect(mutating(rehearsal)).toEqual([]);
    expect(rehearsal.report.requests.writes).toBe(0);
    expect(rehearsal.second.code).toBe('LOCKED');
    expect(rehearsal.roles).toBe('passive/active');
  });

  test('puts on record what it would have sent, and no point of no return', async () => {
    const { report, json } = await rehearsed();
    expect(report.plan?.request.method).toBe('PUT');
    expect(report.timeline.map(({ event }) => event).join('\n')).toMatch(
      /rehearsal: nothing was sent\. pg-demo\S* would have been promoted now/,
    );
    expect(report).not.toHaveProperty('pointOfNoReturn');
    expect(json).not.toContain('point of no return');
    expect((await real()).json).toContain('point of no return: promote pg-demo');
  });

  const drifting = scenario((it) => {
    const third = { path: `/service\\/${it.pair.primary}$/`, after: 2 };
    const change = { kind: 'set', service: it.pair.primary, state: 'REBUILDING' } as const;
    it.lab.addFault({ match: third, do: { type: 'change', change } });
    return it.run({ mode: 'rehearse' });
  });

  test('ends as a run would when the pair changes before the write', async () => {
    const ended = await drifting();
    expect(ended.code).toBe('DRIFTED');
    expect(mutating(ended)).toEqual([]);
  });

  const overtaken = scenario(async (it) => {
    it.pair.behave({ flip: 'early' });
    const third = { path: `/service\\/${it.pair.primary}$/`, after: 2 };
    const change = { kind: 'promote', service: it.pair.primary } as const;
    it.lab.addFault({ match: third, do: { type: 'change', change } });
    it.lab.addFault({
      match: { path: `/service\\/${it.pair.recovery}$/`, after: 1 },
      do: { type: 'delay', delayMs: 200 },
    });
    it.lab.addFault({
      match: { path: `${it.pair.primary}/disaster-recovery`, after: 2 },
      do: { type: 'delay', delayMs: 200 },
    });
    return it.run({ mode: 'rehearse', settleWindow: '1s' });
  });

  test('waits for the primary when somebody else promotes it, as a run would', async () => {
    const ended = await overtaken();
    expect(ended.report.outcome).toBe('already-primary');
    expect(mutating(ended)).toEqual([]);
  });
});
