import { DIALECTS, replyTo, type Scenario, useHarness } from './harness';

const LEAD = { by: 'lead@example.com', reason: 'wrong pair' };
const inPhase = (it: Scenario, wanted: string) =>
  it.until(`phase ${wanted}`, ({ phase }) => phase === wanted);
const abort = (it: Scenario, payload: object = LEAD) =>
  it.harness.client.abort(it.workflowId, payload as typeof LEAD);
/** Time to speak while a request is on its way; half of what the worker gives the API, so that neither is too late. */
const SLOW_MS = 5_000;
/** Longer than the worker waits for a read, which it then tries again. */
const NEVER_MS = 15_000;
const slowWrite = (it: Scenario) =>
  it.lab.addFault({
    match: { method: 'PUT', service: it.pair.primary },
    do: { type: 'delay', delayMs: SLOW_MS },
  });
const sent = (it: Scenario) =>
  it.until('the promotion is on its way', () => it.pair.requests().some(({ method }) => method === 'PUT'));

describe.each(DIALECTS)('the update abort, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect });
  // A 429 stops all requests of a worker.
  const { scenario: alone } = useHarness({ dialect, ownWorker: true });

  const early = scenario(async (it) => {
    const fromTheSecondOn = { path: `/service\\/${it.pair.primary}$/`, after: 1 };
    it.lab.addFault({ match: fromTheSecondOn, times: 0, do: { type: 'delay', delayMs: NEVER_MS } });
    await it.start();
    await inPhase(it, 'preflight');
    const faulty = await replyTo(abort(it, { by: 'lead@example.com' }));
    const answer = await abort(it);
    return { faulty, answer, ...(await it.end()), status: await it.status() };
  });

  test('before the write ends the run with nothing written', async () => {
    const { answer, code, message, report, writes, roles, status } = await early();
    expect(answer).toMatchObject({ ...LEAD, effect: 'aborted' });
    expect(code).toBe('ABORTED');
    expect(message).toMatch(/Nothing was written to \S+: lead@example\.com aborted the run \(wrong pair\)\./);
    expect(report).toMatchObject({ outcome: 'aborted', abortRequested: answer });
    expect(status).toMatchObject({ outcome: 'aborted', abortRequested: answer });
    expect(writes).toEqual([]);
    expect(roles).toBe('passive/active');
  });

  test('without a reason is refused with an example', async () => {
    const { faulty } = await early();
    expect(faulty.refusal).toMatch(/"reason" must be a text\. Send for example \{"by":"you@example\.com"/);
  });

  const approval = scenario(async (it) => {
    await it.start({ approval: 'required', requestedBy: 'ops@example.com' });
    await inPhase(it, 'approval');
    await abort(it);
    return it.end();
  });
  const cancelled = scenario(async (it) => {
    await it.start({ approval: 'required', requestedBy: 'ops@example.com' });
    await inPhase(it, 'approval');
    await it.handle.cancel();
    return it.end();
  });

  test.each([
    { what: 'an abort', code: 'ABORTED', ended: approval },
    { what: 'a cancellation', code: 'CANCELLED', ended: cancelled },
  ])('$what while the run waits for an approval ends it', async ({ code, ended }) => {
    const { code: found, writes } = await ended();
    expect(found).toBe(code);
    expect(writes).toEqual([]);
  });

  const late = scenario(async (it) => {
    it.pair.behave({ stuck: true });
    await it.start();
    await inPhase(it, 'converge');
    const first = await abort(it);
    const again = await replyTo(abort(it, { by: 'ops@example.com', reason: 'me too' }));
    await it.unstick();
    return { first, again, ...(await it.end()) };
  });

  test('after the write is put on record, and the run goes on to the end', async () => {
    const { first, again, report, effective, roles } = await late();
    expect(first.effect).toBe('finishing-forward');
    expect(again.refusal).toBe(
      `lead@example.com has asked to abort already, at ${first.at}: the run finishes forward`,
    );
    expect(report).toMatchObject({ outcome: 'switched-back', abortRequested: first });
    expect(report.timeline.map(({ event }) => event)).toContainEqual(
      'lead@example.com asked to abort (wrong pair): finishing-forward',
    );
    expect(effective).toHaveLength(1);
    expect(roles).toBe('active/passive');
  });

  const onItsWay = scenario(async (it) => {
    slowWrite(it);
    await it.start();
    await sent(it);
    const status = await it.status();
    const answer = await abort(it);
    return { status, answer, ...(await it.end()) };
  });

  test('while the write is on its way is too late', async () => {
    const { status, answer, report, effective } = await onItsWay();
    expect(status).toMatchObject({ phase: 'promote', pointOfNoReturn: expect.any(String) });
    expect(answer.effect).toBe('finishing-forward');
    expect(report).toMatchObject({ outcome: 'switched-back', pointOfNoReturn: status.pointOfNoReturn });
    expect(effective).toHaveLength(1);
  });

  const inTimeAfterAll = alone(async (it) => {
    slowWrite(it);
    it.faultOnWrite({ type: 'status', status: 429, retryAfter: 1 });
    await it.start();
    await sent(it);
    const answer = await abort(it);
    return { answer, ...(await it.end()) };
  });

  test('is in time after all when that write turns out not to count', async () => {
    const { answer, code, report, effective, writes } = await inTimeAfterAll();
    expect(answer.effect).toBe('finishing-forward');
    expect(code).toBe('ABORTED');
    expect(report.abortRequested).toEqual({ ...answer, effect: 'aborted' });
    expect(report).not.toHaveProperty('pointOfNoReturn');
    expect(writes.map(({ status }) => status)).toEqual([429]);
    expect(effective).toEqual([]);
  });

  test('the point of no return is marked in the history, the status and the report', async () => {
    const { scenario, status, report } = await onItsWay();
    const { events } = await scenario.handle.fetchHistory();
    const marker = (events ?? []).flatMap(({ userMetadata, eventTime }) => {
      const summary = Buffer.from(userMetadata?.summary?.data ?? []).toString();
      return summary.includes('point of no return') ? [{ summary, eventTime }] : [];
    });
    expect(marker.map(({ summary }) => summary)).toEqual([
      `"point of no return: promote ${scenario.pair.primary}"`,
    ]);
    expect(status.pointOfNoReturn).toBe(report.pointOfNoReturn);
  });
});
