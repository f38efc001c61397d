import type { Approval } from '../../src/contract/report';
import { approvePlan } from '../support/approve-plan';
import { DIALECTS, type Ended, replyTo, type Scenario, useHarness } from './harness';

const ASKED_BY = 'ops@example.com';
const REQUIRED = { approval: 'required', requestedBy: ASKED_BY };
const LEAD = { by: 'lead@example.com', reason: 'INC-123' };

const asked = (it: Scenario) => it.until('it waits for an approval', ({ phase }) => phase === 'approval');
const approve = (it: Scenario, payload: object = LEAD) =>
  approvePlan(it.harness.client, it.workflowId, payload as typeof LEAD);
/** The checks that follow an approval take that long; the two reads before them are of the run's beginning. */
const slowRecheck = (it: Scenario, delayMs: number) =>
  it.lab.addFault({
    match: { method: 'GET', path: `/service\\/${it.pair.primary}$/`, after: 2 },
    do: { type: 'delay', delayMs },
  });

describe.each(DIALECTS)('a run that must be approved, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect });

  const approved = scenario(async (it) => {
    await it.start(REQUIRED);
    const waiting = await asked(it);
    const writesBefore = it.pair.requests().filter(({ method }) => method === 'PUT').length;
    const answer = await approve(it);
    return { waiting, writesBefore, answer, ...(await it.end()) };
  });

  test('says what would be written, for what state, and how long it waits', async () => {
    const { waiting, writesBefore, scenario } = await approved();
    const { primary } = scenario.pair;
    const body =
      dialect === 'role'
        ? { disaster_recovery_role: 'active' }
        : { disaster_recovery_promote_to_master: true };
    expect(waiting.plan).toMatchObject({
      request: { method: 'PUT', path: `/v1/project/${scenario.lab.project}/service/${primary}`, body },
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      approvalRequired: true,
      toAcknowledge: [],
    });
    expect(waiting.waiting?.for).toBe(`the update approve for the plan ${waiting.plan?.fingerprint}`);
    const { since = '', until = '' } = waiting.waiting ?? {};
    expect(Math.abs(Date.parse(until) - Date.parse(since) - 3_600_000)).toBeLessThan(1_000);
    expect(writesBefore).toBe(0);
  });

  test('sends that very request once it is approved, and both are in the report', async () => {
    const { waiting, answer, report, writes, effective } = await approved();
    expect(report.outcome).toBe('switched-back');
    expect(effective).toHaveLength(1);
    const { method, path, body } = waiting.plan?.request ?? {};
    expect(writes).toMatchObject([{ method, path, body }]);
    expect(answer).toMatchObject({ verdict: 'approved', ...LEAD, fingerprint: waiting.plan?.fingerprint });
    expect(report.approvals).toEqual([answer]);
    expect(report.requestedBy).toBe(ASKED_BY);
    expect(report.timeline.map(({ event }) => event).join('\n')).toContain(
      `lead@example.com approved the plan ${answer.fingerprint} (INC-123)`,
    );
  });

  const rejected = scenario(async (it) => {
    await it.start(REQUIRED);
    await asked(it);
    await it.harness.client.reject(it.workflowId, { by: 'lead@example.com', reason: 'not tonight' });
    return it.end();
  });

  test('ends without a write when it is rejected', async () => {
    const { code, message, report, writes } = await rejected();
    expect(code).toBe('REJECTED');
    expect(message).toMatch(/Nothing was written to \S+: lead@example\.com rejected it \(not tonight\)\./);
    expect(report).toMatchObject({
      outcome: 'aborted',
      approvals: [{ verdict: 'rejected', by: 'lead@example.com', reason: 'not tonight' }],
    });
    expect(writes).toEqual([]);
  });

  const expired = scenario((it) => it.run({ ...REQUIRED, approvalWindow: '1s' }));

  test('ends without a write when nobody approves in time', async () => {
    const { code, message, writes } = await expired();
    expect(code).toBe('APPROVAL_EXPIRED');
    expect(message).toMatch(/Nothing was written to \S+: .* the update approve for the plan [0-9a-f]{12}/);
    expect(writes).toEqual([]);
  });
});

describe('whose word counts', () => {
  const plain = useHarness({ dialect: 'role' });
  const strict = useHarness({
    dialect: 'role',
    policy: { approvalRequired: true, fourEyes: true, confirmTarget: false },
  });
  const lenient = useHarness({
    dialect: 'role',
    policy: { approvalRequired: true, fourEyes: false, confirmTarget: false },
  });

  const alone = strict.scenario(async (it) => {
    await it.start({ requestedBy: ASKED_BY });
    await asked(it);
    const refused = await replyTo(approve(it, { by: 'OPS@Example.com.', reason: 'INC-123' }));
    await approve(it);
    return { ...refused, ...(await it.end()) };
  });

  test('the worker can demand an approval of every run', async () => {
    const { report, effective } = await alone();
    expect(report.approvals).toHaveLength(1);
    expect(effective).toHaveLength(1);
  });

  test('not that of who asked for the run, however it is written', async () => {
    const { refusal } = await alone();
    expect(refusal).toContain('asked for this run; a second person must approve it (four eyes)');
  });

  const nameless = strict.scenario((it) => it.run());

  test('a run that nobody has signed ends at once and says what is missing', async () => {
    const { code, message, writes } = await nameless();
    expect(code).toBe('INVALID_INPUT');
    expect(message).toContain('a second person must approve the run');
    expect(message).toContain('Start again with "requestedBy" in the input');
    expect(writes).toEqual([]);
  });

  const twoEyes = lenient.scenario(async (it) => {
    await it.start({ requestedBy: ASKED_BY });
    await asked(it);
    await approve(it, { by: ASKED_BY, reason: 'INC-123' });
    return it.end();
  });
  const unsigned = lenient.scenario(async (it) => {
    await it.start();
    await asked(it);
    await approve(it);
    return it.end();
  });

  test.each([
    { who: 'who asked for the run', ended: twoEyes },
    { who: 'anybody, of a run that nobody signed', ended: unsigned },
  ])('without four eyes, that of $who', async ({ ended }) => {
    const { report, effective } = await ended();
    expect(report.outcome).toBe('switched-back');
    expect(effective).toHaveLength(1);
  });

  const atHome = strict.scenario(async (it) => {
    await it.pair.switchback();
    return it.run({ settleWindow: '1s' });
  });

  test('nobody is asked for a run that has nothing to write', async () => {
    const { report, writes } = await atHome();
    expect(report).toMatchObject({ outcome: 'already-primary' });
    expect(report).not.toHaveProperty('plan');
    expect(writes).toHaveLength(0);
  });

  const faulty = plain.scenario(async (it) => {
    await it.start(REQUIRED);
    const { plan } = await asked(it);
    const ask = (update: 'approve' | 'reject', payload: unknown) =>
      replyTo(it.harness.client[update](it.workflowId, payload as never));
    const refusals = {
      empty: (await ask('approve', {})).refusal,
      odd: (await ask('approve', { ...LEAD, force: true })).refusal,
      none: (await ask('reject', undefined)).refusal,
      blank: (await ask('reject', { by: ' ', reason: 'INC-123' })).refusal,
      otherState: (await ask('approve', { ...LEAD, fingerprint: '0123456789ab' })).refusal,
    };
    await ask('approve', { ...LEAD, fingerprint: plan?.fingerprint });
    return { refusals, plan, ...(await it.end()) };
  });

  test('an answer that is not complete is refused, with every fault and an example', async () => {
    const { refusals } = await faulty();
    const example = 'Send for example {"by":"you@example.com","reason":"INC-123"';
    expect(refusals.empty).toContain(
      `"by" must be a text; "reason" must be a text; "fingerprint" must be a text. ${example},"fingerprint":`,
    );
    expect(refusals.odd).toContain(`"force" is not a known field. ${example}`);
    expect(refusals.none).toContain(example);
    expect(refusals.blank).toContain('"by" must be a text');
  });

  test('an approval of another state is refused, and one of this state counts', async () => {
    const { refusals, plan, report, effective } = await faulty();
    expect(refusals.otherState).toBe(
      `The plan has the fingerprint ${plan?.fingerprint}, not 0123456789ab: read the plan again`,
    );
    expect(report.approvals).toMatchObject([{ verdict: 'approved', fingerprint: plan?.fingerprint }]);
    expect(effective).toHaveLength(1);
  });

  const unasked = plain.scenario(async (it) => {
    it.pair.behave({ stuck: true });
    await it.start();
    await it.until('it waits', ({ phase }) => phase === 'converge');
    const { approve: first, reject: second } = it.harness.client;
    const client = it.harness.client;
    const refusals = [
      (await replyTo(first.call(client, it.workflowId, { ...LEAD, fingerprint: 'any' }))).refusal,
      (await replyTo(second.call(client, it.workflowId, LEAD))).refusal,
    ];
    await it.unstick();
    return { refusals, ...(await it.end()) };
  });

  test('nobody’s, when none is asked for', async () => {
    const { refusals, report } = await unasked();
    for (const refusal of refusals) {
      expect(refusal).toBe('The run does not wait for an approval: the phase is converge');
    }
    expect(report).not.toHaveProperty('approvals');
  });

  const twice = plain.scenario(async (it) => {
    slowRecheck(it, 5_000);
    await it.start(REQUIRED);
    await asked(it);
    const first = await approve(it);
    const again = await approve(it, { by: LEAD.by, reason: 'I mean it' });
    const other = await replyTo(approve(it, { by: 'another@example.com', reason: 'INC-123' }));
    const late = await replyTo(it.harness.client.reject(it.workflowId, LEAD));
    return { first, again, other, late, ...(await it.end()) };
  });

  test('once: the same person’s second approval is the first one, and everybody else is too late', async () => {
    const { first, again, other, late, report } = await twice();
    expect(again).toEqual(first);
    expect(other.refusal).toBe('lead@example.com has approved it already');
    expect(late.refusal).toBe('lead@example.com has approved it already');
    expect(report.approvals).toEqual([first]);
  });
});

describe('an approval is for the state that was shown', () => {
  const { scenario } = useHarness({ dialect: 'role' });

  const moved = scenario(async (it) => {
    await it.start(REQUIRED);
    const before = await asked(it);
    // A tag: nothing that the rules look at, but somebody is at work there.
    it.pair.override('primary', { set: { tags: { owner: 'somebody' } } });
    await approve(it);
    const again = await it.until('it asks again', ({ phase, approvals }) =>
      Boolean(phase === 'approval' && approvals?.[0]?.voidedBy),
    );
    const stale = await replyTo(approve(it, { ...LEAD, fingerprint: before.plan?.fingerprint }));
    const writesBefore = it.pair.requests().filter(({ method }) => method === 'PUT').length;
    await approve(it, { ...LEAD, fingerprint: again.plan?.fingerprint });
    return { before, again, stale, writesBefore, ...(await it.end()) };
  });

  test('when that moves the approval is void, and the run says what moved and asks again', async () => {
    const { before, again, stale, writesBefore, scenario } = await moved();
    const [approval] = again.approvals as [Approval];
    expect(approval.voidedBy).toEqual([
      expect.stringMatching(new RegExp(`^primary ${scenario.pair.primary} update time .* → .*Z$`)),
    ]);
    expect(again.timeline.map(({ event }) => event).join('\n')).toContain(
      'the facts have moved, so that the approval by lead@example.com no longer counts: primary ',
    );
    expect(again.plan?.fingerprint).not.toBe(before.plan?.fingerprint);
    expect(stale.refusal).toContain(`The plan has the fingerprint ${again.plan?.fingerprint}`);
    expect(writesBefore).toBe(0);
  });

  test('a second approval, of the state as it is, goes through', async () => {
    const { report, effective } = await moved();
    expect(report.outcome).toBe('switched-back');
    expect(report.approvals?.map(({ voidedBy }) => voidedBy === undefined)).toEqual([false, true]);
    expect(effective).toHaveLength(1);
  });

  const worse = scenario(async (it) => {
    await it.start(REQUIRED);
    await asked(it);
    it.pair.set('primary', { state: 'REBUILDING' });
    await approve(it);
    return it.end();
  });

  test('when it moves so that a check stands against it the run is blocked', async () => {
    const { code, message, writes } = await worse();
    expect(code).toBe('BLOCKED');
    expect(message).toContain('the check both-settled stands against it');
    expect(writes).toEqual([]);
  });

  const overtaken = scenario(async (it) => {
    await it.start({ ...REQUIRED, settleWindow: '1s' });
    await asked(it);
    await it.pair.switchback();
    await approve(it);
    return it.end();
  });

  test('when somebody else has made the primary active meanwhile nothing is written', async () => {
    const { report, writes } = await overtaken();
    expect(report.outcome).toBe('already-primary');
    expect(report.approvals).toMatchObject([{ voidedBy: expect.any(Array) }]);
    expect(writes).toEqual([]);
  });

  const alarmed = scenario(async (it) => {
    await it.start(REQUIRED);
    await asked(it);
    await it.lab.apply({ kind: 'alert', service: it.pair.primary, event: 'user_alert' });
    await approve(it);
    const again = await it.until('it asks again', ({ plan }) => plan?.toAcknowledge.length === 1);
    await it.until('it waits again', ({ phase }) => phase === 'approval');
    await it.harness.client.acknowledge(it.workflowId, { check: 'alerts', ...LEAD });
    await approve(it);
    return { again, ...(await it.end()) };
  });

  test('a new finding makes it void as well, and is to be acknowledged first', async () => {
    const { again, report, effective } = await alarmed();
    expect(again.approvals).toMatchObject([
      { voidedBy: [expect.stringMatching(/^alerts: critical user_alert/)] },
    ]);
    expect(report.outcome).toBe('switched-back');
    expect(report.acknowledgements).toEqual([{ check: 'alerts', ...LEAD }]);
    expect(effective).toHaveLength(1);
  });
});

const CODES = {
  approve: undefined,
  reject: 'REJECTED',
  expire: 'APPROVAL_EXPIRED',
  cancel: 'CANCELLED',
  abort: 'ABORTED',
} as const;
type Contender = keyof typeof CODES;
const CONTENDERS = Object.keys(CODES) as Contender[];

describe('of two that come at once, one wins', () => {
  const { scenario } = useHarness({ dialect: 'role' });

  const pairs = CONTENDERS.flatMap((first) =>
    CONTENDERS.filter((second) => second !== first).map((second) => ({ first, second })),
  );
  const races = pairs.map(({ first, second }) => ({
    first,
    second,
    raced: scenario(async (it): Promise<Ended & { replies: Record<string, string> }> => {
      const isTimed = first === 'expire' || second === 'expire';
      // Where time decides, so much that twenty runs at once have asked, and were heard, before it is over.
      await it.start({ ...REQUIRED, approvalWindow: isTimed ? '12s' : '1h' });
      const { waiting, plan } = await asked(it);
      if (isTimed) {
        const until = Date.parse(waiting?.until ?? '');
        const lead = first === 'expire' ? 0 : 30;
        await new Promise((resolve) => setTimeout(resolve, until - lead - Date.now()));
      }
      const { client } = it.harness;
      const tell: Record<Contender, () => Promise<unknown>> = {
        approve: () => client.approve(it.workflowId, { ...LEAD, fingerprint: plan?.fingerprint ?? '' }),
        reject: () => client.reject(it.workflowId, LEAD),
        abort: () => client.abort(it.workflowId, LEAD),
        cancel: () => it.handle.cancel(),
        expire: async () => undefined,
      };
      const [one, other] = [replyTo(tell[first]()), replyTo(tell[second]())];
      const replies = { [first]: (await one).refusal, [second]: (await other).refusal };
      return { ...(await it.end()), replies };
    }),
  }));

  test.each(races)('$first, then $second', async ({ first, second, raced }) => {
    const { code, effective, writes, replies, report } = await raced();
    expect([CODES[first], CODES[second]]).toContain(code);
    expect(effective).toHaveLength(code === undefined ? 1 : 0);
    if (code !== undefined) expect(writes).toEqual([]);
    const winner = CONTENDERS.find((one) => CODES[one] === code) as Contender;
    const loser = winner === first ? second : first;
    expect(replies[winner]).toBe('');
    // Whoever can be told so is told to be too late. An approval may stand and the run be stopped before its write.
    if (loser === 'reject') expect(replies.reject).not.toBe('');
    if (loser === 'approve' && winner !== 'abort' && winner !== 'cancel')
      expect(replies.approve).not.toBe('');
    if (loser === 'abort' && replies.abort === '' && winner === 'approve') {
      expect(report.abortRequested?.effect).toBe('finishing-forward');
    }
  });
});
