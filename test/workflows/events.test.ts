import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, answersTo, type Question } from '../../src/contract/answers';
import type { RunEvents } from '../../src/contract/events';
import { eventsQuery } from '../../src/contract/messages';
import { approvePlan } from '../support/approve-plan';
import { phasesOf, poll, replyTo, type Scenario, useHarness } from './harness';

const { scenario, harness } = useHarness({ dialect: 'role' });
const APPROVAL = { approval: 'required', requestedBy: 'sre@example.com', reason: 'INC-7' };

const eventsOf = (it: Scenario, after?: number): Promise<RunEvents> =>
  it.handle.query(eventsQuery, ...(after === undefined ? [] : ([after] as [number])));
const typesOf = ({ events }: RunEvents) => events.map(({ type }) => type.replace('switchback.', ''));

const well = scenario(async (it) => ({
  ...(await it.run({ requestedBy: 'sre@example.com', reason: 'INC-7' })),
  all: await eventsOf(it),
  late: await eventsOf(it, 3),
}));

const approved = scenario(async (it) => {
  await it.start(APPROVAL);
  const { answers = [] } = await it.until('it asks', ({ phase }) => phase === 'approval');
  const asked = await eventsOf(it);
  const answer = answers.find(({ update }) => update === 'approve');
  await it.handle.executeUpdate('approve', { args: [{ ...answer?.payload, by: 'lead@example.com' }] });
  return { answers, asked, ...(await it.end()), all: await eventsOf(it) };
});

const refusals = (['reject', 'abort'] as const).map((update) => ({
  update,
  played: scenario(async (it) => {
    await it.start(APPROVAL);
    const { answers = [] } = await it.until('it asks', ({ phase }) => phase === 'approval');
    const answer = answers.find((one) => one.update === update);
    await it.handle.executeUpdate(update, { args: [answer?.payload] });
    return it.end();
  }),
}));

const stuck = scenario(async (it) => {
  it.pair.behave({ stuck: true });
  await it.start({ convergeTimeout: '2s', decisionWindow: '10m' });
  // On a busy machine it may ask before it has seen that the recovery service could take over again.
  const asking = await it.until(
    'it asks, and offers the return',
    ({ phase, answers = [] }) => phase === 'needs-operator' && answers.length === 4,
  );
  const { project } = it.lab;
  const list = () => it.harness.client.list({ project, service: it.pair.primary });
  const listed = await poll('the alarm is listed', list, ([run]) => run?.alarm !== undefined);
  it.pair.set('primary', { state: 'RUNNING' });
  const end = await it.end();
  const after = await poll('the end is listed', list, ([run]) => run?.outcome !== undefined);
  return { ...end, asking, listed, after, all: await eventsOf(it) };
});

test('are numbered without a gap, and tell every phase and the end', async () => {
  const { all, report } = await well();
  expect(all.events.map(({ seq }) => seq)).toEqual(all.events.map((_, index) => index + 1));
  expect(
    all.events.filter(({ type }) => type === 'switchback.phase.entered').map(({ phase }) => phase),
  ).toEqual(phasesOf(report));
  expect(typesOf(all).at(-1)).toBe('run.ended');
  expect(all.events.at(-1)).toMatchObject({
    severity: 'info',
    headline: report.headline,
    end: { outcome: 'switched-back', next: report.next, wrote: true, standingAlarms: 0 },
  });
  expect(all.ended).toBe(true);
});

test('name the run that they are about', async () => {
  const { all, report } = await well();
  const { project, primary, recovery, workflowId, runId, requestedBy, reason } = report;
  const mode = 'execute';
  expect(all.run).toEqual({ project, primary, recovery, mode, workflowId, runId, requestedBy, reason });
});

test('are given from any number on, and say the same each time', async () => {
  const { all, late } = await well();
  expect(late.events).toEqual(all.events.slice(3));
});

test('a person who is needed is told what to say, and exactly that is accepted', async () => {
  const { asked, answers, all, code } = await approved();
  expect(asked.ended).toBe(false);
  const { need, severity } = asked.events.at(-1) ?? {};
  expect(typesOf(asked).at(-1)).toBe('person.needed');
  expect(severity).toBe('warning');
  expect(need?.answers).toEqual(answers);
  expect(need?.until).toMatch(/^\d{4}-/);
  expect(answers.map(({ update }) => update)).toEqual(['approve', 'reject', 'abort']);
  expect(code).toBeUndefined();
  expect(all.events.find(({ act }) => act)).toMatchObject({
    type: 'switchback.person.acted',
    act: { what: 'approved', by: 'lead@example.com', reason: 'INC-123' },
  });
});

test.each(refusals)('$update, too, is accepted as it is shown', async ({ update, played }) => {
  const { code, writes } = await played();
  expect(code).toBe(update === 'reject' ? 'REJECTED' : 'ABORTED');
  expect(writes).toEqual([]);
});

test('an alarm is raised and cleared, and the list shows it while it stands', async () => {
  const { all, asking, listed, after } = await stuck();
  const told = typesOf(all);
  expect(told.filter((type) => type !== 'phase.entered')).toEqual([
    'alarm.raised',
    'person.needed',
    'alarm.cleared',
    'run.ended',
  ]);
  expect(all.events.find(({ alarm }) => alarm)).toMatchObject({
    severity: 'critical',
    alarm: { cause: 'deadline' },
  });
  expect(all.events.find(({ need }) => need)).toMatchObject({ severity: 'critical' });
  expect(asking.answers?.map(({ payload }) => payload.action)).toEqual([
    'wait',
    'return-to-recovery',
    'accept',
    'give-up',
  ]);
  expect(listed).toMatchObject([{ alarm: 'deadline', phase: 'needs-operator' }]);
  expect(after[0]).not.toHaveProperty('alarm');
});

describe('what is offered', () => {
  const updatesOf = ({ answers = [] }: { answers?: Answer[] }) => answers.map(({ update }) => update);

  const inTwoSteps = scenario(async (it) => {
    const { primary: service } = it.pair;
    await it.lab.apply({ kind: 'alert', service, event: 'user_alert', severity: 'critical' });
    await it.start(APPROVAL);
    const asked = await it.until('it asks', ({ phase }) => phase === 'approval');
    await approvePlan(it.harness.client, it.workflowId, { by: 'lead@example.com', reason: 'INC-7' });
    const approved = await it.until('it is approved', ({ approvals }) => approvals !== undefined);
    const acknowledge = asked.answers?.find(({ update }) => update === 'acknowledge');
    await it.handle.executeUpdate('acknowledge', { args: [acknowledge?.payload] });
    return { asked, approved, ...(await it.end()), all: await eventsOf(it) };
  });

  test('is what is still asked for, and no more what was said already', async () => {
    const { asked, approved, report, all } = await inTwoSteps();
    expect(updatesOf(asked)).toEqual(['acknowledge', 'approve', 'reject', 'abort']);
    expect(updatesOf(approved)).toEqual(['acknowledge', 'abort']);
    expect(approved.waiting?.for).toBe('the update acknowledge for alerts');
    expect(report.outcome).toBe('switched-back');
    const needs = all.events.flatMap(({ need }) => need?.answers.map(({ update }) => update).join() ?? []);
    expect(needs).toEqual(['acknowledge,approve,reject,abort', 'acknowledge,abort']);
  });
});

describe('a run that has ended, and whose evidence is still being kept', () => {
  const store = createServer((_, response) => waiting.push(response));
  const waiting: ServerResponse[] = [];
  // Here, and not before the tests: the worker asks for the address as it starts.
  store.listen(0, '127.0.0.1');
  const s3 = {
    bucket: 'evidence',
    prefix: '',
    endpoint: '',
    region: 'eu-central-1',
    accessKeyId: 'id',
    secretAccessKey: 'key',
  };
  const slow = useHarness({
    dialect: 'role',
    evidence: {
      s3: {
        ...s3,
        get endpoint() {
          return `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
        },
      },
    },
  });
  const late = slow.scenario(async (it) => {
    await it.start();
    // Asked at the store, since the run itself answers only when this task of it is renewed.
    await poll(
      'the evidence is on its way',
      () => waiting.length,
      (length) => length > 0,
    );
    const refusals = [
      await replyTo(it.harness.client.abort(it.workflowId, { by: 'late@example.com', reason: 'no' })),
      await replyTo(approvePlan(it.harness.client, it.workflowId, { by: 'late@example.com', reason: 'no' })),
    ].map(({ refusal }) => refusal);
    await it.handle.cancel();
    const release = setInterval(() => {
      for (const response of waiting.splice(0)) response.end();
    }, 50);
    const end = await it.end();
    clearInterval(release);
    return { refusals, ...end, all: await eventsOf(it) };
  });

  afterAll(() => store.close());

  test('takes no more messages, and its report says what its last event says', async () => {
    const { refusals, report, all } = await late();
    for (const refusal of refusals) expect(refusal).toContain('The run has ended');
    expect(report).not.toHaveProperty('abortRequested');
    expect(report).not.toHaveProperty('cancelRequestedAt');
    expect(report.evidence).toHaveProperty('page');
    expect(typesOf(all).at(-1)).toBe('run.ended');
  });
});

describe('a worker that wants to be told the target twice', () => {
  const policy = { approvalRequired: false, fourEyes: true, confirmTarget: true };
  const wary = useHarness({ dialect: 'role', policy });

  const byWorkflowId = wary.scenario((it) => it.run());
  const once = (more: Record<string, unknown> = {}) => {
    return wary.scenario(async (it) => {
      const input = { project: it.lab.project, service: it.pair.primary, settleWindow: '0s', ...more };
      const workflowId = `typed-by-hand.${it.pair.primary}`;
      const confirm = more.confirm === true ? { confirm: it.pair.primary } : {};
      await it.harness.startWith({ ...input, ...confirm }, workflowId);
      return { it, workflowId };
    });
  };
  const byConfirm = once({ confirm: true });
  const asks = once();
  const rehearses = once({ mode: 'rehearse' });

  test('lets a run go on that names it in its workflow id', async () => {
    expect((await byWorkflowId()).report.approvals).toBeUndefined();
  });

  test('lets a run go on that confirms it', async () => {
    const { it, workflowId } = await byConfirm();
    expect((await it.end(workflowId)).report).toMatchObject({ outcome: 'switched-back' });
  });

  test('has nothing to ask where nothing is written', async () => {
    const { it, workflowId } = await rehearses();
    expect((await it.end(workflowId)).report).toMatchObject({ outcome: 'rehearsed' });
  });

  test('asks about any other before the write, and the same person may answer', async () => {
    const { it, workflowId } = await asks();
    const { client } = wary.harness();
    const status = await poll(
      'it asks',
      () => client.status(workflowId),
      ({ phase }) => phase === 'approval',
    );
    expect(status.headline).toContain(`is it ${it.pair.primary} that you mean?`);
    expect(it.pair.requests().filter(({ method }) => method === 'PUT')).toEqual([]);
    await approvePlan(client, workflowId, { by: 'sre@example.com', reason: 'yes' });
    expect((await it.end(workflowId)).report).toMatchObject({ outcome: 'switched-back' });
  });
});

test('a confirmation of another service than the one named is a fault of the input', async () => {
  const { project } = harness().lab;
  const handle = await harness().startWith({ project, service: 'pg-one', confirm: 'pg-two' });
  await expect(handle.result()).rejects.toMatchObject({
    cause: { message: expect.stringContaining('"confirm" is "pg-two", but "service" is "pg-one"') },
  });
});

describe('what a person can tell a run', () => {
  const QUESTION = {
    project: 'P',
    primary: 'S',
    asksBeforeWrite: false,
    decidable: false,
    stoppable: false,
  };
  const said = (answers: Answer[]) => answers.map(({ command }) => command);
  const SIGNED = '--by you@example.com --reason INC-123';

  test('is nothing once it only goes forward and nothing is wrong', () => {
    expect(answersTo(QUESTION)).toEqual([]);
  });

  test('begins with what stands in the way of an approval', () => {
    const plan = { fingerprint: 'abc', toAcknowledge: ['alerts'], approvalRequired: true };
    expect(said(answersTo({ ...QUESTION, asksBeforeWrite: true, stoppable: true, plan }))).toEqual([
      `switchback ack P/S alerts ${SIGNED}`,
      `switchback approve P/S --fingerprint abc ${SIGNED}`,
      `switchback reject P/S ${SIGNED}`,
      `switchback abort P/S ${SIGNED}`,
    ]);
  });

  test('offers no approval where none would count', () => {
    const plan = { fingerprint: 'abc', toAcknowledge: ['alerts'], approvalRequired: false };
    const updates = answersTo({ ...QUESTION, asksBeforeWrite: true, stoppable: true, plan });
    expect(updates.map(({ update }) => update)).toEqual(['acknowledge', 'abort']);
  });

  test('offers a return only where it is allowed', () => {
    const actions = (more: Partial<Question>) =>
      answersTo({ ...QUESTION, decidable: true, ...more }).map(({ payload }) => payload.action);
    expect(actions({ undo: 'return-to-recovery' })).toContain('return-to-recovery');
    expect(actions({ undo: 'return-to-recovery' })).not.toContain('return-to-primary');
    expect(actions({})).toEqual(['wait', 'accept', 'give-up']);
  });
});
