import { replyTo, type Scenario, useHarness } from './harness';

const OPS = { by: 'ops@example.com', reason: 'INC-123' };
const ALERTS = { check: 'alerts', ...OPS };

/** A soft finding that changes nothing about the services themselves. */
const alerted = (it: Scenario) =>
  it.lab.apply({ kind: 'alert', service: it.pair.primary, event: 'user_alert', severity: 'critical' });
const asked = (it: Scenario) => it.until('it waits', ({ phase }) => phase === 'approval');
const tell = (it: Scenario, payload: unknown) =>
  replyTo(it.harness.client.acknowledge(it.workflowId, payload as typeof ALERTS));

describe('a soft finding', () => {
  const { scenario } = useHarness({ dialect: 'role' });

  const inInput = scenario(async (it) => {
    await alerted(it);
    return it.run({ acknowledge: [ALERTS] });
  });

  test('can be acknowledged in the input: name and reason are in the report', async () => {
    const { report, effective } = await inInput();
    expect(report.outcome).toBe('switched-back');
    expect(report.acknowledgements).toEqual([ALERTS]);
    expect(report.checks?.find(({ id }) => id === 'alerts')).toMatchObject({
      severity: 'ack',
      verdict: 'block',
      acknowledged: OPS,
    });
    expect(effective).toHaveLength(1);
  });

  const whileWaiting = scenario(async (it) => {
    await alerted(it);
    await it.start();
    const waiting = await asked(it);
    const refusals = {
      unknown: (await tell(it, { ...ALERTS, check: 'moon-phase' })).refusal,
      hard: (await tell(it, { ...ALERTS, check: 'both-settled' })).refusal,
      idle: (await tell(it, { ...ALERTS, check: 'maintenance' })).refusal,
      empty: (await tell(it, {})).refusal,
    };
    const { answer } = await tell(it, ALERTS);
    return { waiting, refusals, answer, ...(await it.end()) };
  });

  test('is waited for, and the run says which', async () => {
    const { waiting } = await whileWaiting();
    expect(waiting.waiting?.for).toBe('the update acknowledge for alerts');
    expect(waiting.plan).toMatchObject({ toAcknowledge: ['alerts'], approvalRequired: false });
  });

  test('can be acknowledged while the run waits', async () => {
    const { answer, report, effective } = await whileWaiting();
    expect(answer).toEqual(ALERTS);
    expect(report).toMatchObject({ outcome: 'switched-back', acknowledgements: [ALERTS] });
    expect(effective).toHaveLength(1);
  });

  test('what cannot be acknowledged is refused with a reason', async () => {
    const { refusals } = await whileWaiting();
    expect(refusals.unknown).toContain('"check" must be the id of a check, such as ');
    expect(refusals.hard).toContain('"both-settled" is a hard check: it cannot be acknowledged, only mended');
    expect(refusals.idle).toContain('"maintenance" does not stop the run: there is nothing to acknowledge');
    expect(refusals.empty).toContain('Send for example {"check":"maintenance"');
  });

  const unanswered = scenario(async (it) => {
    await alerted(it);
    return it.run({ approvalWindow: '1s' });
  });

  test('that nobody acknowledges in time ends the run, which names it', async () => {
    const { code, message, writes } = await unanswered();
    expect(code).toBe('APPROVAL_EXPIRED');
    expect(message).toContain('the update acknowledge for alerts');
    expect(writes).toEqual([]);
  });

  const hard = scenario((it) => it.run({ acknowledge: [{ ...ALERTS, check: 'crdr-peers' }] }));

  test('a hard one in the input is a fault of the input', async () => {
    const { code, message, requests } = await hard();
    expect(code).toBe('INVALID_INPUT');
    expect(message).toContain('"crdr-peers" is a hard check: it cannot be acknowledged');
    expect(requests).toEqual([]);
  });

  const hardNow = scenario(async (it) => {
    await it.lab.apply({ kind: 'metrics', service: it.pair.primary, set: { disk_usage: 97 } });
    return it.run({ acknowledge: [{ ...ALERTS, check: 'disk-usage' }] });
  });

  test('an acknowledgement does not cover a finding that is hard now', async () => {
    const { code, message, report, writes } = await hardNow();
    expect(code).toBe('BLOCKED');
    expect(message).toContain('the check disk-usage stands against it');
    expect(report.checks?.find(({ id }) => id === 'disk-usage')).not.toHaveProperty('acknowledged');
    expect(writes).toEqual([]);
  });

  const early = scenario(async (it) => {
    it.pair.behave({ stuck: true });
    await it.start();
    await it.until('it waits', ({ phase }) => phase === 'converge');
    const { refusal } = await tell(it, ALERTS);
    await it.unstick();
    return { refusal, ...(await it.end()) };
  });

  test('nothing is acknowledged when nothing is asked', async () => {
    expect((await early()).refusal).toBe(
      'The run does not wait for an acknowledgement: the phase is converge',
    );
  });
});

describe('a run that has nothing to write', () => {
  const { scenario } = useHarness({ dialect: 'role', state: 'fresh' });
  const atHome = scenario(async (it) => {
    await alerted(it);
    return it.run();
  });

  test('asks for no acknowledgement', async () => {
    const { report, writes } = await atHome();
    expect(report).toMatchObject({ outcome: 'already-primary' });
    expect(writes).toEqual([]);
  });
});
