import { SwitchbackError } from '../../src/client';
import { DIALECTS, type Scene, useStage } from '../workflows/harness';

const STARTER = 'ops@example.com';
const LEAD = { by: 'lead@example.com', reason: 'INC-123' };
const NEEDED = { approval: 'required', requestedBy: STARTER };

const asks = (it: Scene) => it.until('it waits for an approval', ({ phase }) => phase === 'approval');
const refusalOf = (sent: Promise<unknown>) =>
  sent.then(
    () => 'accepted',
    (error: unknown) => (error instanceof SwitchbackError ? error.message : String(error)),
  );

describe.each(DIALECTS)('an approval, in the %s dialect', (dialect) => {
  const { scene } = useStage({ dialect });
  const client = (it: Scene) => it.stage.client;

  const approved = scene(async (it) => {
    await it.start(NEEDED);
    const status = await asks(it);
    const same = refusalOf(client(it).approve(it.workflowId, { by: ' OPS@example.com', reason: 'mine' }));
    const wrong = refusalOf(client(it).approve(it.workflowId, { ...LEAD, fingerprint: 'another' }));
    const faulty = refusalOf(client(it).approve(it.workflowId, { by: '', reason: '' }));
    const refusals = [await same, await wrong, await faulty];
    const fingerprint = status.plan?.fingerprint ?? '';
    const first = await client(it).approve(it.workflowId, { ...LEAD, fingerprint });
    const again = await refusalOf(client(it).approve(it.workflowId, LEAD));
    return { refusals, fingerprint, first, again, ended: await it.end() };
  });
  test('lets the run go on, and stands in the report', async () => {
    const { ended, first, fingerprint } = await approved();
    expect(ended.report).toMatchObject({
      outcome: 'switched-back',
      approvals: [{ ...first, verdict: 'approved' }],
    });
    expect(first).toMatchObject({ ...LEAD, fingerprint });
    expect(ended.effective).toEqual([ended.scene.pair.primary]);
  });
  test('is refused of whoever asked, for another state, and without a name: each with the reason', async () => {
    const { refusals, fingerprint } = await approved();
    expect(refusals[0]).toContain('somebody else must approve it (four eyes)');
    expect(refusals[1]).toContain(`the fingerprint ${fingerprint}, not another`);
    expect(refusals[2]).toContain('"by" must be a text; "reason" must be a text. Send for example {"by":');
  });
  test('counts once, however often the same person gives it', async () => {
    const { ended, again } = await approved();
    // The second one met the run at work, or after its end; in neither case is it another approval.
    expect(again === 'accepted' || again.includes('ended')).toBe(true);
    expect(ended.report.approvals).toHaveLength(1);
  });

  const rejected = scene(async (it) => {
    await it.start(NEEDED);
    await asks(it);
    await client(it).reject(it.workflowId, LEAD);
    return it.end();
  });
  test('that is refused ends the run without a write', async () => {
    const { code, message, report, writes } = await rejected();
    expect(code).toBe('REJECTED');
    expect(message).toContain('lead@example.com rejected it (INC-123)');
    expect(report.pointOfNoReturn).toBeUndefined();
    expect(writes).toEqual([]);
  });

  const expired = scene((it) => it.run({ ...NEEDED, approvalWindow: '1s' }));
  test('that never comes ends the run without a write', async () => {
    const { code, message, writes } = await expired();
    expect(code).toBe('APPROVAL_EXPIRED');
    expect(message).toContain('the update approve for the plan');
    expect(writes).toEqual([]);
  });

  const nobody = scene((it) => it.run({ approval: 'required' }));
  test('cannot be asked for by nobody', async () => {
    const { code, message, writes } = await nobody();
    expect(code).toBe('INVALID_INPUT');
    expect(message).toContain('the input does not say who asked');
    expect(writes).toEqual([]);
  });

  const moved = scene(async (it) => {
    await it.start(NEEDED);
    const before = await asks(it);
    it.pair.override('primary', { set: { update_time: '2026-01-02T03:04:05Z' } });
    await client(it).approve(it.workflowId, LEAD);
    const after = await it.until(
      'it asks again',
      ({ phase, approvals = [] }) => phase === 'approval' && approvals[0]?.voidedBy !== undefined,
    );
    await client(it).approve(it.workflowId, { ...LEAD, fingerprint: after.plan?.fingerprint ?? '' });
    return { before, after, ended: await it.end() };
  });
  test('is void when a critical fact has moved: the run says what, and asks again', async () => {
    const { before, after, ended } = await moved();
    expect(after.approvals?.[0]?.voidedBy?.join()).toContain('update time');
    expect(after.plan?.fingerprint).not.toBe(before.plan?.fingerprint);
    expect(ended.report.outcome).toBe('switched-back');
    expect(ended.report.approvals).toHaveLength(2);
    expect(ended.report.approvals?.[1]?.voidedBy).toBeUndefined();
  });

  const movedToWorse = scene(async (it) => {
    await it.start(NEEDED);
    await asks(it);
    it.pair.override('primary', { set: { 'node_states.0.state': 'timing_out' } });
    await client(it).approve(it.workflowId, LEAD);
    return it.end();
  });
  test('does not help a pair that a check now stands against', async () => {
    const { code, message, writes } = await movedToWorse();
    expect(code).toBe('BLOCKED');
    expect(message).toContain('[both-settled]');
    expect(writes).toEqual([]);
  });

  const notAsked = scene(async (it) => {
    it.pair.behave({ stuck: true });
    await it.start();
    await it.until('it waits', ({ phase }) => phase === 'converge');
    const refusals = [
      await refusalOf(client(it).approve(it.workflowId, LEAD)),
      await refusalOf(client(it).reject(it.workflowId, LEAD)),
      await refusalOf(client(it).acknowledge(it.workflowId, { check: 'maintenance', ...LEAD })),
    ];
    await it.handle.terminate();
    return refusals;
  });
  test('that nobody asked for is refused', async () => {
    const refusals = await notAsked();
    expect(refusals[0]).toBe('The run does not wait for an approval: the phase is converge');
    expect(refusals[1]).toBe('The run does not wait for an approval: the phase is converge');
    expect(refusals[2]).toBe('The run does not wait for an acknowledgement: the phase is converge');
  });
});

type Move = 'approve' | 'reject' | 'abort' | 'cancel' | 'expiry';
const MOVES: Move[] = ['approve', 'reject', 'abort', 'cancel', 'expiry'];
const RACES = MOVES.flatMap((first) =>
  MOVES.filter((second) => second !== first).map((second) => [first, second] as const),
);
const ENDS: Record<Move, string> = {
  approve: 'switched-back',
  reject: 'REJECTED',
  abort: 'ABORTED',
  cancel: 'CANCELLED',
  expiry: 'APPROVAL_EXPIRED',
};

describe('of two that come at once', () => {
  const { scene } = useStage({ dialect: 'role' });
  const races = RACES.map(([first, second]) => ({
    first,
    second,
    played: scene(async (it) => {
      const expires = first === 'expiry' || second === 'expiry';
      await it.start({ ...NEEDED, ...(expires ? { approvalWindow: '2s' } : {}) });
      await asks(it);
      const { client } = it.stage;
      const make: Record<Move, () => Promise<unknown>> = {
        approve: () => client.approve(it.workflowId, LEAD),
        reject: () => client.reject(it.workflowId, LEAD),
        abort: () => client.abort(it.workflowId, LEAD),
        cancel: () => it.handle.cancel(),
        expiry: async () => undefined,
      };
      await Promise.allSettled([make[first](), make[second]()]);
      return it.end();
    }),
  }));
  test.each(races)(
    '$first and $second, one wins, and nothing is written unless it was the approval',
    async (race) => {
      const { code, report, writes, effective } = await race.played();
      const end = code ?? report.outcome;
      expect([ENDS[race.first], ENDS[race.second]]).toContain(end);
      expect(writes).toHaveLength(end === 'switched-back' ? 1 : 0);
      expect(effective).toHaveLength(end === 'switched-back' ? 1 : 0);
    },
  );
});
