import { DIALECTS, type Scene, useStage } from '../workflows/harness';

const LEAD = { by: 'lead@example.com', reason: 'INC-123' };
const WRITE = {
  role: { disaster_recovery_role: 'active' },
  'promote-to-master': { disaster_recovery_promote_to_master: true },
};
const phasesOf = ({ timeline }: { timeline: { phase: string }[] }) => [
  ...new Set(timeline.map(({ phase }) => phase)),
];
const fillDisk = (it: Scene) =>
  it.lab.apply({ kind: 'metrics', service: it.pair.primary, set: { disk_usage: 90 } });

describe.each(DIALECTS)('without writing, in the %s dialect', (dialect) => {
  const { scene } = useStage({ dialect });

  const planned = scene((it) => it.run({ mode: 'plan' }));
  test('a plan says what would be sent', async () => {
    const { report, writes, scene: it, roles } = await planned();
    expect(report).toMatchObject({
      outcome: 'planned',
      situation: 'recovery-active',
      plan: {
        request: {
          method: 'PUT',
          path: `/v1/project/${it.lab.project}/service/${it.pair.primary}`,
          body: WRITE[dialect],
        },
        approvalRequired: false,
        toAcknowledge: [],
      },
    });
    expect(report.plan?.fingerprint).toMatch(/^[0-9a-f]{12}$/);
    expect(report.pointOfNoReturn).toBeUndefined();
    expect(writes).toEqual([]);
    expect(roles).toBe('passive/active');
  });

  const needy = scene((it) => {
    fillDisk(it);
    return it.run({ mode: 'plan', approval: 'required' });
  });
  test('a plan waits for nobody, and names what a run would wait for', async () => {
    const { report, writes } = await needy();
    expect(report).toMatchObject({
      outcome: 'planned',
      plan: { approvalRequired: true, toAcknowledge: ['disk-usage'] },
    });
    expect(report.next).toContain('acknowledge disk-usage and to have it approved');
    expect(writes).toEqual([]);
  });

  const barred = scene((it) => {
    it.pair.set('primary', { role: 'failed', state: 'POWEROFF' });
    return it.run({ mode: 'plan' });
  });
  test('a plan that cannot be says so as a run would', async () => {
    expect((await barred()).code).toBe('BLOCKED');
  });

  const beside = scene(async (it) => {
    it.pair.behave({ stuck: true });
    await it.start();
    await it.until('the run waits', ({ phase }) => phase === 'converge');
    const input = { project: it.lab.project, service: it.pair.primary, mode: 'plan' };
    const plan = await it.stage.startWith(input);
    const ended = await it.stage.client.result(plan.workflowId).then(
      ({ outcome }) => outcome,
      (error: { code: string }) => error.code,
    );
    await it.handle.terminate();
    return ended;
  });
  test('a plan takes no lock: it may stand beside a run', async () => {
    // The pair is moving then, so that there is nothing to promote; but it is not the lock that says so.
    expect(['BLOCKED', 'planned']).toContain(await beside());
  });

  const rehearsed = scene(async (it) => {
    await it.start({ mode: 'rehearse', approval: 'required', requestedBy: 'ops@example.com' });
    await it.until('it asks', ({ phase }) => phase === 'approval');
    await it.stage.client.approve(it.workflowId, LEAD);
    return it.end();
  });
  const real = scene((it) => it.run());
  test('a rehearsal goes the whole way of a run, approval included, and sends nothing', async () => {
    const { report, writes, roles } = await rehearsed();
    expect(report).toMatchObject({ outcome: 'rehearsed', situation: 'recovery-active', approvals: [LEAD] });
    expect(report.pointOfNoReturn).toBeUndefined();
    expect(writes).toEqual([]);
    expect(roles).toBe('passive/active');
    const ofARun = phasesOf((await real()).report);
    expect(phasesOf(report).filter((phase) => phase !== 'approval')).toEqual(ofARun);
    expect(report.timeline.map(({ event }) => event).join('\n')).toContain('would have been promoted now');
  });

  const drifted = scene((it) => {
    const { primary } = it.pair;
    const change = {
      kind: 'override',
      service: primary,
      set: { update_time: '2026-01-02T03:04:05Z' },
    } as const;
    // Reads of the primary: 1 to discover, 2 to check, 3 for the second look.
    const match = { method: 'GET', path: `/service\\/${primary}$/`, after: 2 };
    it.lab.addFault({ match, do: { type: 'change', change } });
    return it.run({ mode: 'rehearse' });
  });
  test('a rehearsal takes the second look, too', async () => {
    const { code, message, writes } = await drifted();
    expect(code).toBe('DRIFTED');
    expect(message).toContain('update time');
    expect(writes).toEqual([]);
  });
});
