import type { Change, FaultInput } from '../../lab/src/lab';
import { DIALECTS, type Ended, phasesOf, type Scenario, useHarness } from './harness';

type Action = FaultInput['do'];

/** Long enough that a second write would follow within the test, were it allowed. */
const QUIET = { quietWindow: '1s' };

describe.each(DIALECTS)('the write, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect });
  // A 429 stops all requests of a worker.
  const { scenario: alone } = useHarness({ dialect, ownWorker: true });
  const withFault = (action: Action, times = 1, input = {}) =>
    scenario((it) => {
      it.faultOnWrite(action, times);
      return it.run({ ...QUIET, ...input });
    });
  /** Something happens right after the checks, when the run looks once more before it writes. */
  const withDrift = (drift: (it: Scenario) => Change) =>
    scenario((it) => {
      it.changeBeforeWrite(drift(it));
      return it.run();
    });

  const applied: { fault: string; ended: () => Promise<Ended> }[] = [
    { fault: 'the reply is lost', ended: withFault({ type: 'lose-reply' }) },
    { fault: 'the connection is reset', ended: withFault({ type: 'reset', when: 'after' }) },
    { fault: 'the reply is a 500', ended: withFault({ type: 'status', status: 500, when: 'after' }) },
    { fault: 'the reply is a web page', ended: withFault({ type: 'html', when: 'after' }) },
  ];

  test.each(applied)('is not repeated when it was applied but $fault', async ({ ended }) => {
    const { report, writes, effective } = await ended();
    expect(report.outcome).toBe('switched-back');
    expect(writes).toHaveLength(1);
    expect(effective).toHaveLength(1);
    expect(phasesOf(report)).toContain('promote-uncertain');
    expect(report.requests.writes).toBe(1);
  });

  const lost: { fault: string; ended: () => Promise<Ended> }[] = [
    { fault: 'the connection is reset', ended: withFault({ type: 'reset' }) },
    { fault: 'the reply is a 503', ended: withFault({ type: 'status', status: 503 }) },
    { fault: 'a proxy refuses it with a web page', ended: withFault({ type: 'html', status: 403 }) },
  ];

  test.each(lost)(
    'is sent once more when it was lost ($fault) and the pair stood still for the quiet window',
    async ({ ended }) => {
      const { report, writes, effective, requests } = await ended();
      expect(report.outcome).toBe('switched-back');
      expect(effective).toHaveLength(1);
      expect(writes).toHaveLength(2);
      const [first, second] = writes.map(({ time }) => Date.parse(time));
      expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(1_000);
      const between = requests.slice(
        requests.indexOf(writes[0] as never) + 1,
        requests.indexOf(writes[1] as never),
      );
      expect(between.filter(({ method }) => method === 'GET').length).toBeGreaterThanOrEqual(4);
      expect(report.timeline.map(({ event }) => event)).toContainEqual(
        'the write had no effect: the pair stayed recovery-active for the quiet window',
      );
    },
  );

  const lostAlways = withFault({ type: 'reset' }, 0, { convergeTimeout: '8s', decisionWindow: '0s' });

  test('is sent twice at the very most; then the run says that nothing has changed', async () => {
    const { code, report, writes, effective, roles } = await lostAlways();
    expect(code).toBe('NOT_SWITCHED');
    expect(report).toMatchObject({ outcome: 'not-switched', situation: 'recovery-active' });
    expect(writes).toHaveLength(2);
    expect(effective).toEqual([]);
    expect(roles).toBe('passive/active');
  });

  const ignored = withFault({ type: 'status', status: 200, body: {} }, 1, {
    convergeTimeout: '2s',
    decisionWindow: '0s',
  });

  test('is not repeated when it was accepted without any effect', async () => {
    const { code, report, writes, effective } = await ignored();
    expect(code).toBe('NOT_SWITCHED');
    expect(report.headline).toMatch(/had no effect: .*Applications still work against the recovery service/);
    expect(writes).toHaveLength(1);
    expect(effective).toEqual([]);
  });

  const refusals = [400, 401, 403, 404, 409].map((status) => ({
    status,
    ended: withFault({ type: 'status', status, message: `The API says no to this (${status})` }),
  }));

  test.each(refusals)(
    'that is refused with $status ends the run, which says what is true',
    async (refusal) => {
      const { code, message, report, writes, effective } = await refusal.ended();
      expect(code).toBe('PROMOTE_REFUSED');
      expect(message).toMatch(/Nothing was written to \S+: .*The API says no to this \(\d+\)/);
      // The message may be too short for it; the report tells all.
      expect(JSON.stringify(report.timeline)).toMatch(
        /Now: primary pg-demo(-\d+)? passive\/RUNNING, recovery .* active\/RUNNING\./,
      );
      expect(report).toMatchObject({ outcome: 'aborted', situation: 'recovery-active' });
      expect(report).not.toHaveProperty('pointOfNoReturn');
      expect(writes).toHaveLength(1);
      expect(effective).toEqual([]);
    },
  );

  const throttled = alone((it) => {
    it.faultOnWrite({ type: 'status', status: 429, retryAfter: 2 }, 1);
    return it.run(QUIET);
  });

  test('that meets the rate limit waits as long as it is asked to, looks again, and is sent', async () => {
    const { report, writes, effective, requests } = await throttled();
    expect(report.outcome).toBe('switched-back');
    expect(effective).toHaveLength(1);
    expect(writes.map(({ status }) => status)).toEqual([429, 200]);
    const [first, second] = writes.map(({ time }) => Date.parse(time));
    expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(2_000);
    const looked = requests.slice(0, requests.indexOf(writes[1] as never)).slice(-2);
    expect(
      looked.every(({ method, time }) => method === 'GET' && Date.parse(time) - Number(first) >= 2_000),
    ).toBe(true);
    expect(phasesOf(report)).not.toContain('promote-uncertain');
  });

  const blind = scenario((it) => {
    const third = { path: `/service\\/${it.pair.primary}$/`, after: 2 };
    it.lab.addFault({ match: third, do: { type: 'status', status: 503, retryAfter: 1 } });
    return it.run();
  });

  test('waits while a service cannot be read', async () => {
    const { report, writes, effective } = await blind();
    expect(report.outcome).toBe('switched-back');
    expect(writes).toHaveLength(1);
    expect(effective).toHaveLength(1);
    expect(report.timeline.map(({ event }) => event).join()).toMatch(
      /was not applied: unreadable does not allow/,
    );
  });

  const cutOff = scenario((it) => {
    const later = { path: `/service\\/${it.pair.primary}$/`, after: 2 };
    it.lab.addFault({ match: later, times: 0, do: { type: 'status', status: 503, retryAfter: 0 } });
    return it.run();
  });

  test('is given up when the services cannot be read any more, which is not called a refusal', async () => {
    const { code, message, report, writes } = await cutOff();
    expect(code).toBe('AIVEN_UNAVAILABLE');
    expect(message).toMatch(/Nothing was written to \S+: no attempt of 10 came to a write that counts/);
    expect(report).toMatchObject({ outcome: 'aborted', requests: { writes: 0 } });
    expect(writes).toEqual([]);
  });

  const drifts: { what: string; says: RegExp; ended: () => Promise<Ended> }[] = [
    {
      what: 'a node stops running',
      says: /moving does not allow promoting.*node pg-demo(-\d+)?-2 timing_out/,
      ended: withDrift(({ pair: { primary: service } }) => ({
        kind: 'override',
        service,
        set: { 'node_states.1.state': 'timing_out' },
      })),
    },
    {
      what: 'maintenance begins on the primary',
      says: /moving does not allow promoting/,
      ended: withDrift(({ pair: { primary: service } }) => ({ kind: 'set', service, state: 'REBUILDING' })),
    },
    {
      what: 'the primary fails',
      says: /failed-over does not allow promoting/,
      ended: withDrift(({ pair: { primary: service } }) => ({ kind: 'set', service, role: 'failed' })),
    },
    {
      what: 'the recovery service vanishes',
      says: /unreadable does not allow promoting.*404/,
      ended: withDrift(({ pair: { recovery: service } }) => ({ kind: 'vanish', service })),
    },
    {
      what: 'the integration is removed',
      says: /not-a-pair does not allow promoting/,
      ended: withDrift(({ pair: { recovery: service } }) => ({
        kind: 'override',
        service,
        set: { service_integrations: [] },
      })),
    },
  ];

  test.each(drifts)('is not sent when $what between the checks and the write', async ({ says, ended }) => {
    const { code, message, report, writes } = await ended();
    expect(code).toBe('DRIFTED');
    expect(`${message} ${JSON.stringify(report.timeline)}`).toMatch(says);
    expect(report).toMatchObject({ outcome: 'aborted', requests: { writes: 0 } });
    expect(report).not.toHaveProperty('pointOfNoReturn');
    expect(writes).toEqual([]);
  });

  const overtaken = withDrift(({ pair: { primary: service } }) => ({ kind: 'promote', service }));

  test('is not sent when somebody else promotes the primary first, and the run says that it was not the one', async () => {
    const { report, writes, roles } = await overtaken();
    expect(report).toMatchObject({
      outcome: 'already-primary',
      situation: 'primary-active',
      requests: { writes: 0 },
    });
    expect(report).not.toHaveProperty('pointOfNoReturn');
    expect(writes).toEqual([]);
    expect(roles).toBe('active/passive');
  });
});
