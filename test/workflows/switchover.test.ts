import { DIALECTS, type Scenario, useHarness } from './harness';

const stuck = (it: Scenario) => it.pair.behave({ stuck: true });
const asked = (it: Scenario) => it.until('a person is asked', ({ phase }) => phase === 'needs-operator');

describe.each(DIALECTS)('a switchover, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect, procedure: 'switchover', state: 'fresh' });
  const away = useHarness({ dialect, procedure: 'switchover', state: 'ready' });

  const switched = scenario((it) => it.run());

  test('makes the recovery service active, with one write to that service', async () => {
    const { report, writes, effective, roles, scenario } = await switched();
    const { primary, recovery } = scenario.pair;
    expect(report).toMatchObject({ outcome: 'switched-over', procedure: 'switchover', primary, recovery });
    expect(report.headline).toBe(`${recovery} is active and ${primary} is passive, both settled.`);
    expect(report.plan?.request.path).toMatch(new RegExp(`/service/${recovery}$`));
    expect(writes).toHaveLength(1);
    expect(effective).toEqual([recovery]);
    expect(roles).toBe('passive/active');
  });

  const planned = scenario((it) => it.run({ mode: 'plan' }));

  test('checks the same, but for the roles: the primary must be active', async () => {
    const { report, writes, scenario } = await planned();
    expect(report).toMatchObject({ outcome: 'planned', procedure: 'switchover' });
    expect(report.headline).toContain(`A run now would promote ${scenario.pair.recovery}`);
    expect(writes).toEqual([]);
    const ids = report.checks?.map(({ id }) => id) ?? [];
    expect(ids).toContain('primary-active');
    expect(ids).not.toContain('switchover-completed');
    const disk = report.checks?.find(({ id }) => id === 'disk-usage');
    expect(disk?.evidence).toContain(`POST metrics of ${scenario.pair.recovery}`);
  });

  const there = away.scenario((it) => it.run());

  test('of a pair that was switched over already writes nothing, and says so', async () => {
    const { report, writes } = await there();
    expect(report).toMatchObject({ outcome: 'already-recovery' });
    expect(writes).toEqual([]);
  });

  const failed = scenario((it) => {
    it.pair.set('recovery', { role: 'failed' });
    return it.run();
  });

  test('never goes toward a failed service', async () => {
    const { code, message, writes } = await failed();
    expect(code).toBe('BLOCKED');
    expect(message).toContain('primary-active');
    expect(writes).toEqual([]);
  });

  const lost = scenario((it) => {
    it.faultOnWrite({ type: 'lose-reply' });
    return it.run();
  });

  test('whose reply is lost is not sent again', async () => {
    const { report, writes, effective, scenario } = await lost();
    expect(report).toMatchObject({ outcome: 'switched-over' });
    expect(writes).toHaveLength(1);
    expect(effective).toEqual([scenario.pair.recovery]);
  });

  const alone = scenario((it) => {
    stuck(it);
    return it.run({ convergeTimeout: '2s', decisionWindow: '0s' });
  });

  test('that does not settle is undone: the primary is made active again', async () => {
    const { code, message, report, effective, roles, scenario } = await alone();
    const { primary, recovery } = scenario.pair;
    expect(code).toBe('RETURNED_TO_PRIMARY');
    expect(message).toContain(`${primary} is active again and takes writes`);
    expect(report).toMatchObject({ outcome: 'returned-to-primary', situation: 'primary-active' });
    expect(effective).toEqual([recovery, primary]);
    expect(roles).toBe('active/passive');
  });

  const steered = scenario(async (it) => {
    stuck(it);
    await it.start({ convergeTimeout: '2s', decisionWindow: '10m' });
    const { answers = [] } = await it.until('it may return', (status) =>
      (status.answers ?? []).some(({ payload }) => payload.action === 'return-to-primary'),
    );
    const wrong = await it.decide('return-to-recovery').catch((error: Error) => error.message);
    await it.decide('return-to-primary');
    return { answers, wrong, ...(await it.end()) };
  });

  test('offers the return to the primary, and refuses the one of a switchback', async () => {
    const { answers, wrong, code } = await steered();
    expect(answers.map(({ payload }) => payload.action)).not.toContain('return-to-recovery');
    expect(wrong).toContain('The undo of this move is return-to-primary, not return-to-recovery');
    expect(code).toBe('RETURNED_TO_PRIMARY');
  });

  const locked = scenario(async (it) => {
    stuck(it);
    await it.start({ convergeTimeout: '2s', decisionWindow: '10m' });
    await asked(it);
    const { project } = it.lab;
    const other = `${it.workflowId}-back`;
    const { temporal, taskQueue } = it.harness;
    await temporal.workflow.start('switchbackWorkflow', {
      taskQueue,
      workflowId: other,
      args: [{ project, service: it.pair.primary, settleWindow: '0s' }],
    });
    const second = await it.end(other);
    await it.decide('accept');
    await it.end();
    return second;
  });

  test('holds the same lock as a switchback of the pair', async () => {
    const { code, message, scenario } = await locked();
    expect(code).toBe('LOCKED');
    expect(message).toContain(scenario.workflowId);
  });

  const mistaken = scenario((it) => it.run({ onTimeout: 'return-to-recovery' }));

  test('takes the words of a switchover alone', async () => {
    const { code, message, requests } = await mistaken();
    expect(code).toBe('INVALID_INPUT');
    expect(message).toContain('"onTimeout" must be one of "return-to-primary", "hold"');
    expect(requests).toEqual([]);
  });
});
