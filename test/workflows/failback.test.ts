import { DIALECTS, phasesOf, useHarness } from './harness';

const bodiesOf = ({ writes }: { writes: { body?: unknown }[] }) => writes.map(({ body }) => body);

describe.each(DIALECTS)('a failback, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect, procedure: 'failback', state: 'failed-over' });
  const switchedOver = useHarness({ dialect, procedure: 'failback', state: 'ready' });

  const home = scenario((it) => it.run());

  test('has the failed primary rebuilt, and then makes it active: two writes to it, one lock', async () => {
    const { report, effective, roles, scenario } = await home();
    const { primary, recovery } = scenario.pair;
    expect(report).toMatchObject({ outcome: 'failed-back', procedure: 'failback' });
    expect(report.headline).toBe(
      `The failback is over: ${primary} is active and ${recovery} is passive, both settled.`,
    );
    expect(report.legs).toMatchObject([{ move: 'rebuild', outcome: 'rebuilt' }]);
    expect(effective).toEqual([primary, primary]);
    expect(roles).toBe('active/passive');
    // That it has failed is where it begins, and no alarm.
    expect(report.alarms ?? []).toEqual([]);
    const { types } = await scenario.history();
    expect(types.filter((type) => type === 'CHILD_WORKFLOW_EXECUTION_STARTED')).toHaveLength(1);
  });

  const planned = scenario((it) => it.run({ mode: 'plan' }));

  test('plans the rebuild: what is asked of the API, and what is lost', async () => {
    const { report, writes, scenario } = await planned();
    const { primary, recovery } = scenario.pair;
    expect(report.headline).toContain(`A run now would rebuild ${primary} from ${recovery}`);
    expect(report.plan?.request).toMatchObject({
      path: expect.stringMatching(new RegExp(`/service/${primary}$`)),
      body: { disaster_recovery_role: 'passive' },
    });
    expect(writes).toEqual([]);
  });

  const lost = scenario((it) => {
    it.faultOnWrite({ type: 'lose-reply' });
    return it.run();
  });

  test('whose first reply is lost sends the rebuild once', async () => {
    const { report, writes, effective, scenario } = await lost();
    expect(report).toMatchObject({ outcome: 'failed-back' });
    expect(writes).toHaveLength(2);
    expect(effective).toEqual([scenario.pair.primary, scenario.pair.primary]);
  });

  const never = scenario((it) => {
    it.faultOnWrite({ type: 'reset', when: 'before' });
    return it.run();
  });

  test('whose first request is lost reads until the pair has stood still, and sends it once more', async () => {
    const { report, effective, scenario } = await never();
    expect(report).toMatchObject({ outcome: 'failed-back' });
    expect(effective).toEqual([scenario.pair.primary, scenario.pair.primary]);
  });

  const refused = scenario((it) => {
    it.faultOnWrite({ type: 'status', status: 403, when: 'before' });
    return it.run();
  });

  test('whose rebuild is refused says so, and nothing was written', async () => {
    const { code, effective, roles } = await refused();
    expect(code).toBe('REBUILD_REFUSED');
    expect(effective).toEqual([]);
    expect(roles).toBe('failed/active');
  });

  const stuck = scenario(async (it) => {
    it.pair.behave({ stuck: true });
    await it.start({ rebuildTimeout: '2s', decisionWindow: '0s' });
    const parked = await it.until('a person is asked, and it was seen to go on', (status) => {
      const { phase, waiting, live } = status;
      return phase === 'needs-operator' && /basebackup \d+ %/.test(live?.observed ?? waiting?.observed ?? '');
    });
    await it.decide('give-up');
    return { parked, ...(await it.end()) };
  });

  test('whose rebuild does not end asks a person, shows its progress, undoes nothing, and leaves it as it is', async () => {
    const { parked, code, effective, roles, scenario } = await stuck();
    const actions = parked.answers?.map(({ payload }) => payload.action);
    expect(actions).not.toContain('return-to-primary');
    expect(actions).not.toContain('return-to-recovery');
    expect(code).toBe('GIVEN_UP');
    expect(effective).toEqual([scenario.pair.primary]);
    expect(roles).toBe('passive/active');
  });

  const begun = scenario(async (it) => {
    await it.lab.apply({ kind: 'rebuild', service: it.pair.primary });
    const by = { by: 'ops@example.com', reason: 'INC-7' };
    return it.run({ acknowledge: [{ check: 'recent-change', ...by }] });
  });

  test('adopts a rebuild that somebody else has begun', async () => {
    const { report, effective, scenario } = await begun();
    expect(report).toMatchObject({ outcome: 'failed-back', legs: [{ outcome: 'already-rebuilt' }] });
    expect(effective).toEqual([scenario.pair.primary]);
  });

  const approved = scenario(async (it) => {
    await it.start({ takeOver: 'on-approval', requestedBy: 'ops@example.com' });
    const waits = await it.until('it waits for an approval', ({ phase }) => phase === 'approval');
    const fingerprint = waits.plan?.fingerprint ?? '';
    await it.harness.client.approve(it.workflowId, { by: 'lead@example.com', reason: 'INC-7', fingerprint });
    return { waits, ...(await it.end()) };
  });

  test('on approval waits with the way home until a person lets it go on', async () => {
    const { waits, report, effective, scenario } = await approved();
    expect(waits).toMatchObject({ legs: [{ outcome: 'rebuilt' }], situation: 'recovery-active' });
    expect(report).toMatchObject({ outcome: 'failed-back' });
    expect(effective).toEqual([scenario.pair.primary, scenario.pair.primary]);
  });

  const later = scenario(async (it) => {
    const takeOverAt = new Date(Date.now() + 3_600_000).toISOString();
    await it.start({ takeOverAt });
    const waits = await it.until('it waits for the time', ({ phase }) => phase === 'soak');
    await it.harness.client.abort(it.workflowId, { by: 'ops@example.com', reason: 'INC-7' });
    return { takeOverAt, waits, ...(await it.end()) };
  });

  test('at a given time waits for it, and an abort leaves the primary rebuilt', async () => {
    const { takeOverAt, waits, code, message, roles, scenario } = await later();
    expect(waits.waiting).toMatchObject({ until: takeOverAt });
    expect(code).toBe('ABORTED');
    expect(message).toContain(`After the rebuild nothing more was written to ${scenario.pair.primary}`);
    expect(roles).toBe('passive/active');
  });

  const whole = switchedOver.scenario((it) => it.run());

  test('of a pair whose primary has not failed rebuilds nothing, and goes home', async () => {
    const { report, effective, scenario } = await whole();
    expect(report).toMatchObject({ outcome: 'failed-back', legs: [{ outcome: 'already-rebuilt' }] });
    expect(phasesOf(report)).toContain('converge');
    expect(effective).toEqual([scenario.pair.primary]);
  });

  const healthy = switchedOver.scenario(async (it) => {
    await it.pair.switchback();
    return it.run();
  });

  test('never rebuilds a service that is active', async () => {
    const { code, message, writes } = await healthy();
    expect(code).toBe('BLOCKED');
    expect(message).toContain('primary-failed');
    expect(writes).toEqual([]);
    expect(bodiesOf({ writes })).toEqual([]);
  });
});
