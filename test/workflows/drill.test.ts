import { DIALECTS, phasesOf, useHarness } from './harness';

describe.each(DIALECTS)('a drill, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect, procedure: 'drill', state: 'fresh' });

  const drilled = scenario((it) => it.run({ soak: '1s' }));

  test('switches over, stays there for a while, and brings the pair home: two writes, one lock', async () => {
    const { report, effective, roles, scenario } = await drilled();
    const { primary, recovery } = scenario.pair;
    expect(report).toMatchObject({ outcome: 'drilled', procedure: 'drill', situation: 'primary-active' });
    expect(report.headline).toBe(
      `The drill is over: ${primary} is active and ${recovery} is passive, both settled.`,
    );
    expect(effective).toEqual([recovery, primary]);
    expect(roles).toBe('active/passive');
    expect(report.legs).toMatchObject([
      { move: 'switchover', outcome: 'switched-over', pointOfNoReturn: expect.any(String) },
    ]);
    expect(phasesOf(report).filter((phase) => phase === 'promote')).toHaveLength(2);
    expect(phasesOf(report)).toContain('soak');
    const { types } = await scenario.history();
    expect(types.filter((type) => type === 'CHILD_WORKFLOW_EXECUTION_STARTED')).toHaveLength(1);
  });

  const planned = scenario((it) => it.run({ mode: 'plan' }));

  test('plans its first move', async () => {
    const { report, writes, scenario } = await planned();
    expect(report).toMatchObject({ outcome: 'planned' });
    expect(report.headline).toContain(`would promote ${scenario.pair.recovery}`);
    expect(writes).toEqual([]);
  });

  const aborted = scenario(async (it) => {
    await it.start({ soak: '1h' });
    const soaking = await it.until('it soaks', ({ phase }) => phase === 'soak');
    await it.harness.client.abort(it.workflowId, { by: 'ops@example.com', reason: 'INC-7' });
    return { soaking, ...(await it.end()) };
  });

  test('that is aborted while it stays away says where the pair is, and leaves it there', async () => {
    const { soaking, code, message, report, effective, roles, scenario } = await aborted();
    expect(soaking.waiting).toMatchObject({ for: 'the end of the soak', until: expect.any(String) });
    expect(code).toBe('ABORTED');
    expect(message).toContain(`After the switchover nothing more was written to ${scenario.pair.primary}`);
    expect(report.legs).toHaveLength(1);
    expect(effective).toEqual([scenario.pair.recovery]);
    expect(roles).toBe('passive/active');
  });

  const homeBySomebody = scenario(async (it) => {
    await it.start({ soak: '1h' });
    await it.until('it soaks', ({ phase }) => phase === 'soak');
    await it.pair.switchback();
    return it.end();
  });

  test('whose pair somebody else brings home meanwhile ends there, and writes no second time', async () => {
    const { report, writes, roles } = await homeBySomebody();
    expect(report).toMatchObject({ outcome: 'drilled' });
    expect(writes).toHaveLength(1);
    expect(roles).toBe('active/passive');
  });

  const stuckThere = scenario((it) => {
    it.pair.behave({ stuck: true });
    return it.run({ soak: '1s', convergeTimeout: '2s', decisionWindow: '0s' });
  });

  test('whose way there does not settle is undone, and goes no further', async () => {
    const { code, effective, roles, scenario } = await stuckThere();
    const { primary, recovery } = scenario.pair;
    expect(code).toBe('RETURNED_TO_PRIMARY');
    expect(effective).toEqual([recovery, primary]);
    expect(roles).toBe('active/passive');
  });
});
