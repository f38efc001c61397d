import { DIALECTS, useStage } from '../workflows/harness';

const LEAD = { by: 'lead@example.com', reason: 'INC-123' };

interface Scheduled {
  eventType: string;
  userMetadata?: { summary?: { data: string } };
}

describe.each(DIALECTS)('the wish to stop, in the %s dialect', (dialect) => {
  const { scene } = useStage({ dialect });

  const early = scene(async (it) => {
    await it.start({ approval: 'required', requestedBy: 'ops@example.com' });
    await it.until('it asks', ({ phase }) => phase === 'approval');
    return { answer: await it.stage.client.abort(it.workflowId, LEAD), ended: await it.end() };
  });
  test('ends the run cleanly before the point of no return', async () => {
    const { answer, ended } = await early();
    expect(answer).toMatchObject({ ...LEAD, effect: 'aborted' });
    expect(ended.code).toBe('ABORTED');
    expect(ended.report).toMatchObject({ abortRequested: { effect: 'aborted' } });
    expect(ended.report.pointOfNoReturn).toBeUndefined();
    expect(ended.writes).toEqual([]);
  });

  const late = scene(async (it) => {
    await it.start({ settleWindow: '2s' });
    await it.until('it waits', ({ phase }) => phase === 'converge');
    const answers = [
      await it.stage.client.abort(it.workflowId, LEAD),
      await it.stage.client.abort(it.workflowId, { by: 'ops@example.com', reason: 'me too' }),
    ];
    return { answers, status: await it.status(), ended: await it.end(), raw: await it.rawHistory() };
  });
  test('is only recorded after it: the run finishes forward', async () => {
    const { answers, ended } = await late();
    expect(answers).toMatchObject([{ ...LEAD, effect: 'finishing-forward' }, LEAD]);
    expect(ended.report).toMatchObject({
      outcome: 'switched-back',
      abortRequested: { ...LEAD, effect: 'finishing-forward' },
    });
    expect(ended.effective).toEqual([ended.scene.pair.primary]);
  });
  test('the point of no return is marked once in the history, and stands in status and report', async () => {
    const { status, ended, raw } = await late();
    const { events } = JSON.parse(raw) as { events: Scheduled[] };
    const summaries = events.flatMap(({ userMetadata }) =>
      userMetadata?.summary === undefined
        ? []
        : [Buffer.from(userMetadata.summary.data, 'base64').toString()],
    );
    expect(summaries.filter((summary) => summary.includes('point of no return'))).toHaveLength(1);
    expect(status.pointOfNoReturn).toMatch(/^\d{4}-/);
    expect(ended.report.pointOfNoReturn).toBe(status.pointOfNoReturn);
  });

  const stalled = scene(async (it) => {
    it.pair.behave({ stuck: true });
    await it.start({ stallWindow: '1s' });
    const status = await it.until('it is stalled', ({ alarms = [] }) =>
      alarms.some(({ cause }) => cause === 'stalled'),
    );
    await it.decide('give-up');
    return { status, ended: await it.end() };
  });
  test('a person may decide as soon as an alarm stands, such as that nothing changes any more', async () => {
    const { status, ended } = await stalled();
    const alarm = status.alarms?.find(({ cause }) => cause === 'stalled');
    expect(alarm).toMatchObject({
      since: expect.stringMatching(/^\d{4}-/),
      message: expect.stringContaining('REBUILDING'),
    });
    expect(alarm?.until).toBeUndefined();
    expect(ended.code).toBe('GIVEN_UP');
    expect(ended.effective).toEqual([ended.scene.pair.primary]);
  });
});
