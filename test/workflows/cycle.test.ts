import { rootMessage } from '../../src/util/root-cause';
import { DIALECTS, type Ended, phasesOf, type Scenario, useHarness } from './harness';

const stuck = (it: Scenario) => it.pair.behave({ stuck: true });
const asked = (it: Scenario) => it.until('a person is asked', ({ phase }) => phase === 'needs-operator');

/** All pairs of a lab share one event log, which soon no longer reaches back ten minutes: who changed a service is not known. */
const ANSWERED = {
  acknowledge: [{ check: 'recent-change', by: 'ops@example.com', reason: 'the log is full of other pairs' }],
};

describe.each(DIALECTS)('a switchover, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect, state: 'fresh' }, 'switchover');

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

  const there = scenario((it) => {
    it.isAway('switched-over');
    return it.run();
  });

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

/** The promote-to-master form calls both services Rebuilding then, and does not say which way they go. */
describe('a switchback that is started while somebody switches over', () => {
  const { scenario } = useHarness({ dialect: 'role', state: 'fresh' }, 'switchback');
  const early = scenario(async (it) => {
    it.pair.behave({ stuck: true });
    await it.lab.apply({ kind: 'promote', service: it.pair.recovery });
    await it.pair.settled();
    // Both are at work, for as long as it takes the run to see that.
    it.pair.set('primary', { state: 'REBUILDING' });
    await it.start(ANSWERED);
    const waiting = await it.until('it waits', ({ waiting }) => /role change/.test(waiting?.for ?? ''));
    it.pair.set('primary', { state: 'RUNNING' });
    it.pair.set('recovery', { state: 'RUNNING' });
    return { waiting, ...(await it.end()) };
  });

  test('waits until that is over, and then brings the pair home', async () => {
    const { waiting, report, effective, roles, scenario } = await early();
    expect(waiting).toMatchObject({ phase: 'preflight', situation: 'moving' });
    expect(waiting.headline).toBe(
      `Waiting for a role change to ${scenario.pair.recovery} that somebody else has begun.`,
    );
    expect(report).toMatchObject({ outcome: 'switched-back' });
    expect(effective).toEqual([scenario.pair.primary]);
    expect(roles).toBe('active/passive');
  });
});

describe.each(DIALECTS)('a drill, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect, state: 'fresh' }, 'drill');

  const drilled = scenario((it) => it.run({ ...ANSWERED, soak: '1s' }));

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

  const planned = scenario((it) => it.run({ ...ANSWERED, mode: 'plan' }));

  test('plans its first move', async () => {
    const { report, writes, scenario } = await planned();
    expect(report).toMatchObject({ outcome: 'planned' });
    expect(report.headline).toContain(`would promote ${scenario.pair.recovery}`);
    expect(writes).toEqual([]);
  });

  const aborted = scenario(async (it) => {
    await it.start({ ...ANSWERED, soak: '1h' });
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
    await it.start({ ...ANSWERED, soak: '1h' });
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

  const unknown = scenario((it) => {
    it.faultOnWrite({ type: 'lose-reply' });
    return it.run({ ...ANSWERED, soak: '0s', quietWindow: '3s' });
  });

  test('whose first reply is lost stays away for the quiet window at least: that write must not come later', async () => {
    const { report, effective, scenario } = await unknown();
    expect(report).toMatchObject({ outcome: 'drilled' });
    expect(effective).toEqual([scenario.pair.recovery, scenario.pair.primary]);
    const times = report.timeline.filter(({ phase }) => phase === 'soak').map(({ at }) => Date.parse(at));
    const [, home] = report.timeline.filter(
      ({ phase, event }) => phase === 'preflight' && /^Checking/.test(event),
    );
    expect(Date.parse(home?.at ?? '') - (times[0] ?? 0)).toBeGreaterThanOrEqual(3_000);
  });

  const stuckThere = scenario((it) => {
    it.pair.behave({ stuck: true });
    return it.run({ ...ANSWERED, soak: '1s', convergeTimeout: '2s', decisionWindow: '0s' });
  });

  test('whose way there does not settle is undone, and goes no further', async () => {
    const { code, effective, roles, scenario } = await stuckThere();
    const { primary, recovery } = scenario.pair;
    expect(code).toBe('RETURNED_TO_PRIMARY');
    expect(effective).toEqual([recovery, primary]);
    expect(roles).toBe('active/passive');
  });
});

const alarmsOf = ({ alarms = [] }: Ended['report']) => alarms.map(({ cause }) => cause);
const bodiesOf = ({ writes }: { writes: { body?: unknown }[] }) => writes.map(({ body }) => body);

describe.each(DIALECTS)('a failback, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect, state: 'fresh' }, 'failback');
  const lostPair = <T>(play: (it: Scenario) => Promise<T>) =>
    scenario((it) => {
      it.isAway('failed-over');
      return play(it);
    });

  const home = lostPair((it) => it.run(ANSWERED));

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
    expect(alarmsOf(report)).not.toContainEqual(expect.stringMatching(/failed/));
    const { types } = await scenario.history();
    expect(types.filter((type) => type === 'CHILD_WORKFLOW_EXECUTION_STARTED')).toHaveLength(1);
  });

  const planned = lostPair((it) => it.run({ ...ANSWERED, mode: 'plan' }));

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

  const lost = lostPair((it) => {
    it.faultOnWrite({ type: 'lose-reply' });
    return it.run(ANSWERED);
  });

  test('whose first reply is lost sends the rebuild once', async () => {
    const { report, writes, effective, scenario } = await lost();
    expect(report).toMatchObject({ outcome: 'failed-back' });
    expect(writes).toHaveLength(2);
    expect(effective).toEqual([scenario.pair.primary, scenario.pair.primary]);
  });

  const never = lostPair((it) => {
    it.faultOnWrite({ type: 'reset', when: 'before' });
    return it.run(ANSWERED);
  });

  test('whose first request is lost reads until the pair has stood still, and sends it once more', async () => {
    const { report, effective, scenario } = await never();
    expect(report).toMatchObject({ outcome: 'failed-back' });
    expect(effective).toEqual([scenario.pair.primary, scenario.pair.primary]);
  });

  const refused = lostPair((it) => {
    it.faultOnWrite({ type: 'status', status: 403, when: 'before' });
    return it.run(ANSWERED);
  });

  test('whose rebuild is refused says so, and nothing was written', async () => {
    const { code, effective, roles } = await refused();
    expect(code).toBe('REBUILD_REFUSED');
    expect(effective).toEqual([]);
    expect(roles).toBe('failed/active');
  });

  const stuck = lostPair(async (it) => {
    it.pair.behave({ stuck: true });
    await it.start({ ...ANSWERED, rebuildTimeout: '2s', decisionWindow: '0s' });
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

  const begun = lostPair(async (it) => {
    await it.lab.apply({ kind: 'rebuild', service: it.pair.primary });
    return it.run(ANSWERED);
  });

  test('adopts a rebuild that somebody else has begun', async () => {
    const { report, effective, scenario } = await begun();
    expect(report).toMatchObject({ outcome: 'failed-back', legs: [{ outcome: 'already-rebuilt' }] });
    expect(effective).toEqual([scenario.pair.primary]);
  });

  const approved = lostPair(async (it) => {
    await it.start({ ...ANSWERED, takeOver: 'on-approval', requestedBy: 'ops@example.com' });
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

  const later = lostPair(async (it) => {
    const takeOverAt = new Date(Date.now() + 3_600_000).toISOString();
    await it.start({ ...ANSWERED, takeOverAt });
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

  const whole = scenario((it) => {
    it.isAway('switched-over');
    return it.run(ANSWERED);
  });

  test('of a pair whose primary has not failed rebuilds nothing, and goes home', async () => {
    const { report, effective, scenario } = await whole();
    expect(report).toMatchObject({ outcome: 'failed-back', legs: [{ outcome: 'already-rebuilt' }] });
    expect(phasesOf(report)).toContain('converge');
    expect(effective).toEqual([scenario.pair.primary]);
  });

  const healthy = scenario((it) => it.run(ANSWERED));

  test('never rebuilds a service that is active', async () => {
    const { code, message, writes } = await healthy();
    expect(code).toBe('BLOCKED');
    expect(message).toContain('primary-failed');
    expect(writes).toEqual([]);
    expect(bodiesOf({ writes })).toEqual([]);
  });
});

const ASKED_BY = 'ops@example.com';
const inTrouble = (it: Scenario) =>
  it.pair.override('primary', { set: { 'node_states.0.state': 'timing_out' } });
/** Whether the primary answers no longer: 500 on every read of it, until the write has been sent. */
const silent = (it: Scenario) =>
  it.lab.addFault({
    match: { method: 'GET', path: `/service\\/${it.pair.primary}(\\/disaster-recovery)?$/` },
    times: 1_000,
    do: { type: 'status', status: 500, when: 'before' },
  });
const wants = (it: Scenario) => ({
  ...ANSWERED,
  confirm: it.pair.primary,
  requestedBy: ASKED_BY,
  reason: 'INC-9',
});
const waitsForApproval = (it: Scenario) =>
  it.until('it waits for an approval', ({ phase }) => phase === 'approval');

/** @param service as the approver types it; `null`: not at all. */
async function approve(
  it: Scenario,
  { by = 'lead@example.com', service = it.pair.primary }: { by?: string; service?: string | null } = {},
): Promise<void> {
  const { plan } = await waitsForApproval(it);
  const words = { by, reason: 'INC-9', fingerprint: plan?.fingerprint ?? '' };
  await it.harness.client.approve(it.workflowId, { ...words, ...(service === null ? {} : { service }) });
}

async function failOver(it: Scenario, more: Record<string, unknown> = {}) {
  await it.start({ ...wants(it), ...more });
  await approve(it);
  return it.end();
}

describe.each(DIALECTS)('a failover, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect, state: 'fresh' }, 'failover');

  const destroyed = scenario(async (it) => {
    inTrouble(it);
    await it.start(wants(it));
    const waiting = await waitsForApproval(it);
    const refusals = [];
    for (const more of [{ service: null }, { service: it.pair.recovery }, { by: 'Ops@Example.com' }])
      refusals.push(await approve(it, more).catch(rootMessage));
    await approve(it);
    return { waiting, refusals, ...(await it.end()) };
  });

  test('destroys the primary with one write, and the recovery service is active', async () => {
    const { report, writes, effective, roles, scenario } = await destroyed();
    const { primary, recovery } = scenario.pair;
    expect(report).toMatchObject({ outcome: 'failed-over', procedure: 'failover', situation: 'failed-over' });
    expect(report.headline).toBe(
      `${recovery} is active and settled; ${primary} has failed, and what it had is lost.`,
    );
    expect(report.next).toContain('start a failback');
    expect(bodiesOf({ writes })).toEqual([{ disaster_recovery_role: 'failed' }]);
    expect(effective).toEqual([primary]);
    expect(roles).toBe('failed/active');
    // That it has failed is what was wanted, and no alarm.
    expect(alarmsOf(report)).not.toContainEqual(expect.stringMatching(/failed/));
  });

  test('says beforehand what it destroys and what is lost, and where that is not known', async () => {
    const { waiting, scenario } = await destroyed();
    const { primary } = scenario.pair;
    expect(waiting.plan).toMatchObject({ destroys: primary, loss: expect.stringMatching(/^unknown \(/) });
    expect(waiting.headline).toContain(`DESTROYS ${primary}`);
    expect(waiting.answers?.[0]).toMatchObject({
      update: 'approve',
      does: expect.stringContaining(`type out ${primary} yourself`),
      payload: { service: 'TYPE-IT-OUT' },
    });
  });

  test('takes the approval of a second person alone, who has typed out the service', async () => {
    const { refusals, report, scenario } = await destroyed();
    const { primary } = scenario.pair;
    const typed = expect.stringContaining(`This destroys ${primary}: approve it with`);
    expect(refusals).toEqual([typed, typed, expect.stringContaining('a second person must approve it')]);
    expect(report.approvals).toMatchObject([{ by: 'lead@example.com', service: primary }]);
  });

  const healthy = scenario((it) => it.run(wants(it)));

  test('of a healthy primary is refused, and says what to do instead', async () => {
    const { code, message, report, writes } = await healthy();
    expect(code).toBe('BLOCKED');
    expect(message).toContain('failover-needed');
    expect(report.next).toContain('switchback switchover');
    expect(writes).toEqual([]);
  });

  const drilled = scenario((it) => failOver(it, { drill: true }));

  test('destroys a healthy one where the input says drill', async () => {
    const { report, roles } = await drilled();
    expect(report).toMatchObject({ outcome: 'failed-over' });
    const need = report.checks?.find(({ id }) => id === 'failover-needed');
    expect(need?.observed).toContain('HEALTHY, AND TO BE DESTROYED ALL THE SAME');
    expect(roles).toBe('failed/active');
  });

  const unnamed = scenario((it) => it.run({ drill: true }));

  test('wants the service named twice, who asks, and why, and says all of it at once', async () => {
    const { code, message, requests } = await unnamed();
    expect(code).toBe('INVALID_INPUT');
    for (const field of ['confirm', 'requestedBy', 'reason'])
      expect(message).toContain(`"${field}" is missing`);
    expect(requests).toEqual([]);
  });

  const mute = scenario(async (it) => {
    silent(it);
    await it.start({ ...wants(it), recovery: it.pair.recovery, convergeTimeout: '2s' });
    await approve(it);
    const parked = await it.until('a person is asked', ({ phase }) => phase === 'needs-operator');
    await it.decide('accept');
    return { parked, ...(await it.end()) };
  });

  test('of a primary that does not answer is sent by the word of the recovery service, and never again', async () => {
    const { parked, report, writes, effective, roles, scenario } = await mute();
    expect(parked.situation).toBe('unreadable');
    expect(report).toMatchObject({ outcome: 'accepted' });
    expect(writes).toHaveLength(1);
    expect(effective).toEqual([scenario.pair.primary]);
    expect(roles).toBe('failed/active');
  });

  const lost = scenario((it) => {
    inTrouble(it);
    it.faultOnWrite({ type: 'lose-reply' });
    // However slow the machine: what was sent has arrived long before.
    return failOver(it, { quietWindow: '10m' });
  });

  test('whose reply is lost is not sent again', async () => {
    const { report, writes, effective, scenario } = await lost();
    expect(report).toMatchObject({ outcome: 'failed-over' });
    expect(writes).toHaveLength(1);
    expect(effective).toEqual([scenario.pair.primary]);
  });

  const never = scenario((it) => {
    it.faultOnWrite({ type: 'reset', when: 'before' });
    return failOver(it, { drill: true });
  });

  test('whose request is lost reads until the pair has stood still, and sends it once more', async () => {
    const { report, effective, scenario } = await never();
    expect(report).toMatchObject({ outcome: 'failed-over' });
    expect(effective).toEqual([scenario.pair.primary]);
  });

  const refused = scenario((it) => {
    inTrouble(it);
    it.faultOnWrite({ type: 'status', status: 409, when: 'before' });
    return failOver(it);
  });

  test('that the API refuses says so, and nothing was written', async () => {
    const { code, effective, roles } = await refused();
    expect(code).toBe('FAILOVER_REFUSED');
    expect(effective).toEqual([]);
    expect(roles).toBe('active/passive');
  });

  const recovered = scenario(async (it) => {
    inTrouble(it);
    await it.start(wants(it));
    await waitsForApproval(it);
    await it.lab.apply({ kind: 'restore', service: it.pair.primary });
    await approve(it);
    return it.end();
  });

  test('of a primary that is well again by the time it is approved is refused', async () => {
    const { code, message, writes } = await recovered();
    expect(code).toBe('BLOCKED');
    expect(message).toContain('failover-needed');
    expect(writes).toEqual([]);
  });

  const rehearsed = scenario((it) => failOver(it, { drill: true, mode: 'rehearse' }));

  test('is rehearsed without the write', async () => {
    const { report, writes, roles } = await rehearsed();
    expect(report).toMatchObject({ outcome: 'rehearsed' });
    expect(writes).toEqual([]);
    expect(roles).toBe('active/passive');
  });

  const aborted = scenario(async (it) => {
    inTrouble(it);
    await it.start(wants(it));
    await waitsForApproval(it);
    await it.harness.client.abort(it.workflowId, { by: ASKED_BY, reason: 'INC-9' });
    return it.end();
  });

  test('can be stopped until the write', async () => {
    const { code, writes } = await aborted();
    expect(code).toBe('ABORTED');
    expect(writes).toEqual([]);
  });

  const stuck = scenario(async (it) => {
    inTrouble(it);
    it.pair.behave({ stuck: true });
    await it.start({ ...wants(it), convergeTimeout: '2s' });
    await approve(it);
    const parked = await it.until('a person is asked', ({ phase }) => phase === 'needs-operator');
    await it.decide('give-up');
    return { parked, ...(await it.end()) };
  });

  test('that does not settle asks a person, and undoes nothing', async () => {
    const { parked, code, effective, scenario } = await stuck();
    const actions = parked.answers?.map(({ payload }) => payload.action).filter(Boolean);
    expect(actions).toEqual(['wait', 'accept', 'give-up']);
    expect(code).toBe('GIVEN_UP');
    expect(effective).toEqual([scenario.pair.primary]);
  });

  const over = scenario((it) => {
    it.isAway('failed-over');
    return it.run(wants(it));
  });

  test('of a pair that has failed over already writes nothing, and says so', async () => {
    const { report, writes } = await over();
    expect(report).toMatchObject({ outcome: 'already-failed-over' });
    expect(writes).toEqual([]);
  });
});

describe('a failover where the worker does not allow it', () => {
  const { scenario } = useHarness({ state: 'fresh', forbidsFailover: true }, 'failover');
  const forbidden = scenario((it) => it.run({ ...wants(it), drill: true }));

  test('is refused before anything else', async () => {
    const { code, message, report, writes } = await forbidden();
    expect(code).toBe('BLOCKED');
    expect(message).toContain('failover-allowed');
    expect(report.next).toContain('SWITCHBACK_FAILOVER=allowed');
    expect(writes).toEqual([]);
  });
});
