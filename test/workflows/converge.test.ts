import { DIALECTS, offersReturn, phasesOf, type Scenario, useHarness } from './harness';

/** The deadline comes soon, and then a person has time, or nobody decides. */
const ASKING = { convergeTimeout: '2s', decisionWindow: '10m' };
const ALONE = { convergeTimeout: '2s', decisionWindow: '0s' };

const stuck = (it: Scenario) => it.pair.behave({ stuck: true });
const asked = (it: Scenario) => it.until('a person is asked', ({ phase }) => phase === 'needs-operator');

describe.each(DIALECTS)('when the primary does not settle in time, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect });

  const alone = scenario((it) => {
    stuck(it);
    return it.run(ALONE);
  });

  test('and nobody decides, the recovery service is made active again', async () => {
    const { code, message, report, writes, effective, roles, scenario } = await alone();
    const { primary, recovery } = scenario.pair;
    expect(code).toBe('RETURNED_TO_RECOVERY');
    expect(message).toContain(`${recovery} is active again and takes writes`);
    expect(report).toMatchObject({ outcome: 'returned-to-recovery', situation: 'recovery-active' });
    expect(writes).toHaveLength(2);
    expect(effective).toEqual([primary, recovery]);
    expect(roles).toBe('passive/active');
  });

  test('the report says who decided what, and the alarm is over', async () => {
    const { report } = await alone();
    expect(phasesOf(report)).toEqual(
      expect.arrayContaining(['converge', 'needs-operator', 'return-to-recovery', 'verify', 'report']),
    );
    expect(report.decisions).toMatchObject([{ action: 'return-to-recovery', by: 'policy' }]);
    // A busy machine may raise more: for a read that fails, and for the deadline of the way back.
    for (const alarm of report.alarms ?? []) expect(alarm).toMatchObject({ until: expect.any(String) });
    expect(report.alarms?.some(({ cause }) => cause === 'deadline')).toBe(true);
  });

  const held = scenario(async (it) => {
    stuck(it);
    await it.start({ ...ALONE, onTimeout: 'hold' });
    const parked = await it.until(
      'it waits for a person',
      ({ waiting }) => waiting?.for === 'the update decide',
    );
    const writes = it.pair.requests().filter(({ method }) => method === 'PUT').length;
    await it.decide('give-up');
    return { parked, writesWhileParked: writes, ...(await it.end()) };
  });

  test('the policy hold writes nothing and waits for a person', async () => {
    const { parked, writesWhileParked, effective, scenario } = await held();
    expect(parked.phase).toBe('needs-operator');
    expect(parked.waiting).not.toHaveProperty('until');
    expect(writesWhileParked).toBe(1);
    expect(effective).toEqual([scenario.pair.primary]);
  });

  test('a person may give up: the run ends and says what was true', async () => {
    const { code, message, report } = await held();
    expect(code).toBe('GIVEN_UP');
    expect(message).toMatch(
      /ops@example\.com gave up\. Now: primary .*REBUILDING.*, recovery .*passive\/RUNNING/i,
    );
    expect(report.decisions).toMatchObject([{ action: 'give-up', by: 'ops@example.com', reason: 'INC-123' }]);
    expect(report.alarms?.[0]).not.toHaveProperty('until');
  });

  const asking = scenario(async (it) => {
    stuck(it);
    await it.start(ASKING);
    // On a busy machine it may ask before it has seen what became of the write.
    const parked = await it.until('a person is asked, and it may return', offersReturn);
    const decision = await it.decide('return-to-recovery');
    return { parked, decision, ...(await it.end()) };
  });

  test('the status says what it waits for, what was seen, what is wanted, since when and until when', async () => {
    const { parked } = await asking();
    const { since, until } = parked.waiting ?? {};
    expect(parked.waiting).toMatchObject({
      for: 'the update decide, or else the policy return-to-recovery',
      observed: expect.stringMatching(/primary pg-demo(-\d+)? .*REBUILDING/i),
      wanted: expect.stringMatching(
        /pg-demo(-\d+)? active\/RUNNING and pg-demo(-\d+)?-recovery passive\/RUNNING/,
      ),
    });
    expect(Date.parse(until ?? '') - Date.parse(since ?? '')).toBe(600_000);
    expect(parked.alarms).toMatchObject([
      { cause: 'deadline', message: expect.stringMatching(/did not settle in time/) },
    ]);
  });

  test('a person may return to the recovery service', async () => {
    const { decision, code, effective, roles, scenario } = await asking();
    expect(decision).toMatchObject({
      action: 'return-to-recovery',
      by: 'ops@example.com',
      at: expect.any(String),
    });
    expect(code).toBe('RETURNED_TO_RECOVERY');
    expect(effective).toEqual([scenario.pair.primary, scenario.pair.recovery]);
    expect(roles).toBe('passive/active');
  });

  const patient = scenario(async (it) => {
    stuck(it);
    await it.start(ASKING);
    await asked(it);
    await it.decide('wait');
    // By the timeline, since the phase lasts no longer than the deadline.
    const again = await it.until('it waits again', (status) =>
      phasesOf(status).join().includes('needs-operator,converge'),
    );
    await it.unstick();
    return { again, ...(await it.end()) };
  });

  test('a person may give it more time', async () => {
    const { again, report, effective } = await patient();
    const deadline = again.alarms?.find(({ cause }) => cause === 'deadline');
    expect(deadline).toMatchObject({ until: expect.any(String) });
    expect(report).toMatchObject({ outcome: 'switched-back', decisions: [{ action: 'wait' }] });
    expect(effective).toHaveLength(1);
  });

  const accepting = scenario(async (it) => {
    stuck(it);
    await it.start(ASKING);
    await asked(it);
    await it.decide('accept');
    return it.end();
  });

  test('a person may accept what is', async () => {
    const { code, report } = await accepting();
    expect(code).toBeUndefined();
    expect(report).toMatchObject({ outcome: 'accepted', situation: 'moving' });
    expect(report.headline).toMatch(/accepted by a person: primary .*REBUILDING/i);
  });

  const late = scenario(async (it) => {
    stuck(it);
    await it.start(ASKING);
    await asked(it);
    await it.unstick();
    return it.end();
  });

  test('it may still settle while the run asks', async () => {
    const { report, effective } = await late();
    expect(report.outcome).toBe('switched-back');
    expect(report.alarms).toMatchObject([{ cause: 'deadline', until: expect.any(String) }]);
    expect(report).not.toHaveProperty('decisions');
    expect(effective).toHaveLength(1);
  });

  const refusedUndo = scenario(async (it) => {
    stuck(it);
    const { recovery: service } = it.pair;
    const undo = { method: 'PUT', service };
    it.lab.addFault({
      match: undo,
      times: 0,
      do: { type: 'status', status: 403, message: 'Read-only token' },
    });
    await it.start(ALONE);
    const parked = await it.until(
      'it waits for a person',
      ({ waiting }) => waiting?.for === 'the update decide',
    );
    await it.decide('give-up');
    return { parked, ...(await it.end()) };
  });

  test('an undo that is refused is an alarm, and waits for a person instead of being tried for ever', async () => {
    const { parked, code, writes, effective, scenario } = await refusedUndo();
    expect(parked.phase).toBe('needs-operator');
    expect(parked.alarms).toContainEqual({
      cause: 'not-written',
      message: expect.stringMatching(
        /promotion of pg-demo(-\d+)?-recovery was not written: .*403 Read-only token/,
      ),
      since: expect.any(String),
    });
    expect(writes.filter(({ service }) => service === scenario.pair.recovery)).toHaveLength(1);
    expect(effective).toEqual([scenario.pair.primary]);
    expect(code).toBe('GIVEN_UP');
  });

  const lostUndo = scenario((it) => {
    stuck(it);
    const { recovery: service } = it.pair;
    it.lab.addFault({ match: { method: 'PUT', service }, do: { type: 'lose-reply' } });
    return it.run(ALONE);
  });

  test('an undo whose reply is lost is not repeated', async () => {
    const { code, effective, writes, scenario } = await lostUndo();
    expect(code).toBe('RETURNED_TO_RECOVERY');
    expect(effective).toEqual([scenario.pair.primary, scenario.pair.recovery]);
    expect(writes).toHaveLength(2);
  });
});

describe.each(DIALECTS)(
  'a decision that makes no sense is refused with a reason, in the %s dialect',
  (dialect) => {
    const { scenario } = useHarness({ dialect });
    const refusalOf = async (decision: Promise<unknown>) =>
      decision.then(
        () => 'accepted',
        (error: Error) => error.message,
      );

    const refused = scenario(async (it) => {
      it.pair.behave({ failMidway: 'recovery' });
      // Longer than the worker waits for a read, which it then tries again.
      const silence = it.lab.addFault({
        match: { path: `/service\\/${it.pair.primary}$/`, after: 1 },
        times: 0,
        do: { type: 'delay', delayMs: 15_000 },
      });
      await it.start({ convergeTimeout: '1m' });
      await it.until('it checks', ({ phase }) => phase === 'preflight');
      const early = await refusalOf(it.decide('wait'));
      it.lab.clearFaults(silence.id);
      await it.until(
        'the alarm',
        ({ alarms }) => alarms?.some(({ cause }) => cause === 'recovery-failed') === true,
      );
      const faulty = await refusalOf(it.decide('panic', '', 'INC-123'));
      const forbidden = await refusalOf(it.decide('return-to-recovery'));
      await it.decide('give-up');
      return { early, faulty, forbidden, ...(await it.end()) };
    });

    test('when there is nothing to decide', async () => {
      expect((await refused()).early).toBe(
        'There is nothing to decide: the phase is preflight and no alarm stands',
      );
    });

    test('when the payload is not valid, with every fault and an example', async () => {
      const { faulty } = await refused();
      expect(faulty).toMatch(
        /"action" must be one of wait, .*; "by" must be a text\. Send for example \{"action"/,
      );
    });

    test('when the pair does not allow it', async () => {
      const { forbidden } = await refused();
      expect(forbidden).toMatch(
        /return-to-recovery is not allowed while the pair is recovery-failed \(primary /,
      );
    });

    test('and leaves no trace among the decisions, nor a write', async () => {
      const { code, report, effective, scenario } = await refused();
      expect(code).toBe('GIVEN_UP');
      expect(report.decisions).toHaveLength(1);
      expect(effective).toEqual([scenario.pair.primary]);
    });
  },
);

describe.each(DIALECTS)('alarms, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect });
  const alarmed = (it: Scenario, cause: string) =>
    it.until(`the alarm ${cause}`, ({ alarms }) => alarms?.some((alarm) => alarm.cause === cause) === true);

  const passing = (['both-active', 'none-active'] as const).map((cause) => ({
    cause,
    ended: scenario(async (it) => {
      const isBoth = cause === 'both-active';
      const service = isBoth ? it.pair.recovery : it.pair.primary;
      const set = { disaster_recovery_role: isBoth ? 'active' : 'passive' };
      it.faultOnWrite({ type: 'change', when: 'after', change: { kind: 'override', service, set } });
      await it.start();
      const status = await it.until(`it is ${cause}`, ({ situation }) => situation === cause);
      it.pair.restore();
      return { status, ...(await it.end()) };
    }),
  }));

  test.each(passing)(
    '$cause is told while it lasts, and closed when it has passed',
    async ({ cause, ended }) => {
      const { status, report, effective } = await ended();
      expect(status.alarms?.at(-1)).toMatchObject({ cause, since: expect.any(String) });
      expect(status.alarms?.at(-1)).not.toHaveProperty('until');
      expect(report.outcome).toBe('switched-back');
      expect(report.alarms?.length).toBeGreaterThan(0);
      // More than one where a quick look falls between the write and Rebuilding, which stands in the place of a role.
      for (const alarm of report.alarms ?? [])
        expect(alarm).toMatchObject({ cause, until: expect.any(String) });
      expect(effective).toHaveLength(1);
    },
  );

  const vanishing = scenario(async (it) => {
    const { recovery: service } = it.pair;
    it.faultOnWrite({ type: 'change', when: 'after', change: { kind: 'vanish', service } });
    await it.start();
    const status = await alarmed(it, 'unreadable');
    it.pair.restore();
    return { status, ...(await it.end()) };
  });

  test('a service that vanishes is told at once, and the run goes on when it is back', async () => {
    const { status, report, effective } = await vanishing();
    expect(status).toMatchObject({ situation: 'unreadable', alarms: [{ cause: 'unreadable' }] });
    expect(report).toMatchObject({ outcome: 'switched-back', alarms: [{ until: expect.any(String) }] });
    expect(effective).toHaveLength(1);
  });

  const flaky = scenario((it) => {
    it.lab.addFault({
      match: { path: `/service\\/${it.pair.recovery}$/`, after: 3 },
      times: 2,
      do: { type: 'status', status: 500 },
    });
    return it.run();
  });

  test('a read that fails in passing is none', async () => {
    const { report } = await flaky();
    expect(report.outcome).toBe('switched-back');
    expect(report).not.toHaveProperty('alarms');
  });

  const failing = scenario(async (it) => {
    it.pair.behave({ failMidway: 'primary' });
    await it.start({ convergeTimeout: '5s', decisionWindow: '0s' });
    const parked = await it.until(
      'it waits for a person',
      ({ waiting }) => waiting?.for === 'the update decide',
    );
    await it.decide('return-to-recovery');
    await it.until(
      'it asks again',
      (status) => phasesOf(status).includes('return-to-recovery') && status.phase === 'needs-operator',
    );
    await it.decide('accept');
    return { parked, ...(await it.end()) };
  });

  test('a primary that fails midway is left to a person, who may return to the recovery service', async () => {
    const { parked, effective, scenario, report } = await failing();
    expect(parked).toMatchObject({ situation: 'primary-failed' });
    expect(parked.alarms?.map(({ cause }) => cause)).toEqual(
      expect.arrayContaining(['primary-failed', 'deadline']),
    );
    expect(effective).toEqual([scenario.pair.primary, scenario.pair.recovery]);
    // A failed primary keeps the pair from being whole again, so that only a person can end this.
    expect(report).toMatchObject({ outcome: 'accepted', situation: 'failed-over' });
  });

  const nobody = scenario((it) => {
    const { primary: service } = it.pair;
    const set = { disaster_recovery_role: 'passive' };
    it.faultOnWrite({ type: 'change', when: 'after', change: { kind: 'override', service, set } });
    return it.run({ convergeTimeout: '5s', decisionWindow: '0s' });
  });

  test('when nobody is active at the deadline the policy makes the recovery service active', async () => {
    const { code, report, effective, scenario } = await nobody();
    expect(code).toBe('RETURNED_TO_RECOVERY');
    // A busy machine may raise more, for a read that fails.
    expect(report.alarms?.map(({ cause }) => cause)).toEqual(
      expect.arrayContaining(['none-active', 'deadline']),
    );
    expect(effective).toEqual([scenario.pair.primary, scenario.pair.recovery]);
  });
});

describe.each(DIALECTS)('a pair that is at home already, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect, state: 'fresh' });
  const UNSETTLED = { set: { 'node_states.1.state': 'syncing_data' } };

  const atRest = scenario(async (it) => ({ ...(await it.run()), ...(await it.history()) }));

  test('is reported as such without a write or a wait', async () => {
    const { report, writes, types } = await atRest();
    expect(report).toMatchObject({
      outcome: 'already-primary',
      situation: 'primary-active',
      requests: { writes: 0 },
    });
    expect(report).not.toHaveProperty('pointOfNoReturn');
    expect(writes).toEqual([]);
    expect(types.filter((type) => type === 'ACTIVITY_TASK_SCHEDULED')).toHaveLength(3);
  });

  const settling = scenario(async (it) => {
    it.pair.override('primary', UNSETTLED);
    await it.start();
    const waiting = await it.until('it waits', ({ phase }) => phase === 'converge');
    it.pair.restore();
    return { waiting, ...(await it.end()) };
  });

  test('is waited for while it still settles, without a write', async () => {
    const { waiting, report, writes } = await settling();
    expect(waiting).toMatchObject({ situation: 'moving', waiting: { for: 'both services to settle' } });
    expect(report.outcome).toBe('already-primary');
    expect(writes).toEqual([]);
  });

  const neverSettling = scenario(async (it) => {
    it.pair.override('primary', UNSETTLED);
    await it.start(ALONE);
    await it.until('it waits for a person', ({ waiting }) => waiting?.for === 'the update decide');
    const { writes } = { writes: it.pair.requests().filter(({ method }) => method === 'PUT') };
    const undo = await it.decide('return-to-recovery').then(
      () => 'accepted',
      (error: Error) => error.message,
    );
    await it.decide('give-up');
    return { before: writes, undo, ...(await it.end()) };
  });

  test('is never undone, by the policy or by a person: the run did not do it', async () => {
    const { before, undo, code, writes } = await neverSettling();
    expect(undo).toContain('this run has sent none');
    expect(before).toEqual([]);
    expect(writes).toEqual([]);
    expect(code).toBe('GIVEN_UP');
  });

  const overtaken = scenario(async (it) => {
    const { primary, recovery } = it.pair;
    it.pair.override('primary', UNSETTLED);
    // With the first look after the checks, so that it is over long before the deadline.
    const third = { path: `/service\\/${primary}$/`, after: 2 };
    it.lab.addFault({ match: third, do: { type: 'change', change: { kind: 'restore', service: primary } } });
    it.lab.addFault({ match: third, do: { type: 'change', change: { kind: 'promote', service: recovery } } });
    return it.run(ALONE);
  });

  test('is not promoted when somebody switches it over while the run waits', async () => {
    const { code, message, report, writes } = await overtaken();
    expect(phasesOf(report)).toContain('converge');
    expect(code).toBe('DRIFTED');
    expect(message).toMatch(
      /Nothing was written to \S+, and the pair changed: .*recovery .* active\/RUNNING/,
    );
    expect(writes).toEqual([]);
  });
});
