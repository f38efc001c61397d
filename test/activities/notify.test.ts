import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { EventType, RunEvents } from '../../src/contract/events';
import { eventsQuery } from '../../src/contract/messages';
import type { NotifyProgress } from '../../src/contract/notifications';
import type { NotifySettings } from '../../src/notify/settings';
import { heartbeatOf } from '../notify/heartbeat';
import { never, type Received, Receiver, status } from '../notify/receiver';
import { SlackWorkspace } from '../notify/slack-workspace';
import { HOOK_SECRET, pagerDuty, ROUTING_KEY, SLACK_TOKEN, slack, webhook } from '../notify/telling';
import { approvePlan } from '../support/approve-plan';
import { poll, type Scenario, useHarness } from '../workflows/harness';

/** An attempt has more time than a busy machine stands still: a sink that is well is told everything once. */
const PATIENCE = { attemptMs: 4_000, firstPauseMs: 100, longestPauseMs: 500, afterEndMs: 4_000 };
const LEAD = { by: 'lead@example.com', reason: 'INC-123' };
const ASKED = { approval: 'required', requestedBy: 'ops@example.com', reason: 'INC-123' };
/** Where nobody listens. */
const NOWHERE = 'http://127.0.0.1:9';

const opening = Promise.all([
  Receiver.open(),
  Receiver.open(status(202)),
  Receiver.open(never),
  SlackWorkspace.open(),
]);

/** Sinks that are not there yet are failing ones, so that the order in which all is opened does not matter. */
let opened: Awaited<typeof opening> | undefined;
beforeAll(async () => {
  opened = await opening;
});

const settings: NotifySettings = {
  sinks: [
    webhook('', { name: 'well', url: async () => (await opening)[0].url }),
    webhook(NOWHERE, { name: 'dead' }),
    // Of two events only, since each costs the time of an attempt once the run is over.
    webhook('', {
      name: 'hanging',
      url: async () => (await opening)[2].url,
      events: ['switchback.person.needed', 'switchback.run.ended'],
    }),
    Object.defineProperty(slack(''), 'baseUrl', { get: () => opened?.[3].url ?? NOWHERE }),
    Object.defineProperty(pagerDuty(''), 'baseUrl', { get: () => opened?.[1].url ?? NOWHERE }),
  ],
  uiUrl: 'https://ui.example',
  retryPolicy: PATIENCE,
};

/** The events of a run that the sink which is well got, as `data`. */
async function toldOf(runId: string): Promise<{ id: string; data: RunEvents['events'][number] }[]> {
  const [well] = await opening;
  const of = ({ json }: Received) => String(json.id).startsWith(`${runId}/`);
  return well.received.filter(of).map(({ json }) => json as never);
}

async function runIdOf(scenario: Scenario): Promise<string> {
  return (await scenario.handle.describe()).runId;
}

async function pagedOf(scenario: Scenario): Promise<unknown[]> {
  const [, paged] = await opening;
  const key = `switchback/${scenario.lab.project}/${scenario.pair.primary}`;
  return paged.received.filter(({ json }) => json.dedup_key === key).map(({ json }) => json.event_action);
}

/** Waits for the end of the notifier: how far each sink got. */
async function notified(scenario: Scenario, runId: string) {
  const id = `switchback-notifier.${runId}`;
  const handle = scenario.harness.temporal.workflow.getHandle(id);
  const { sinks } = (await handle.result()) as NotifyProgress;
  return { handle, sinks: Object.fromEntries(sinks.map((one) => [one.sink, one])) };
}

const { scenario } = useHarness({ dialect: 'role', notify: settings });

const approved = scenario(async (it) => {
  await it.start(ASKED);
  await it.until('it waits for an approval', ({ phase }) => phase === 'approval');
  const runId = await runIdOf(it);
  const untilTold = (type: EventType) =>
    poll(
      type,
      () => toldOf(runId),
      (all) => all.some(({ data }) => data.type === type),
    );
  const asked = await untilTold('switchback.person.needed');
  it.pair.behave({ stuck: true });
  await approvePlan(it.harness.client, it.workflowId, LEAD);
  const acted = await untilTold('switchback.person.acted');
  await it.until('it waits for the pair', ({ phase }) => phase === 'converge');
  await poll(
    'the notifier has said who is away',
    () => heartbeatOf(it.harness.temporal, runId),
    (sinks) => sinks.filter(({ failing }) => failing !== undefined).length === 2,
  );
  await it.pair.settled();
  it.pair.set('primary', { state: 'RUNNING' });
  const ended = await it.end();
  const description = await it.harness.temporal.workflow.getHandle(ended.report.notifier ?? '').describe();
  // On a busy machine one question may not be answered in time.
  const said = await poll(
    'all events',
    () => it.handle.query(eventsQuery, 0),
    ({ ended: isOver }) => isOver,
  );
  return {
    it,
    runId,
    asked,
    acted,
    said,
    ...ended,
    whenItEnded: description.status.name,
    ...(await notified(it, runId)),
  };
});

/** As long as Temporal takes one for another workflow beside it. */
const longNamed = scenario(async (it) => {
  const workflowId = `long-${'x'.repeat(960)}`;
  await it.harness.startWith(
    { project: it.lab.project, service: it.pair.primary, settleWindow: '0s' },
    workflowId,
  );
  return it.end(workflowId);
});

const faulty = scenario(async (it) => {
  const input = { project: it.lab.project, service: it.pair.primary, confirm: 'another' };
  const handle = await it.harness.startWith(input);
  const { runId } = await handle.describe();
  const failure = await handle.result().catch((error: Error) => error);
  const all = await poll(
    'it is told',
    () => toldOf(runId),
    ({ length }) => length > 0,
  );
  return { failure, all };
});

test('a run is not held up by a workflow id that is as long as can be', async () => {
  expect((await longNamed()).report).toMatchObject({
    outcome: 'switched-back',
    notifier: expect.any(String),
  });
});

test('a run whose input is not valid is told, too', async () => {
  const { failure, all } = await faulty();
  expect(failure).toMatchObject({ cause: { type: 'INVALID_INPUT' } });
  expect(all).toMatchObject([
    {
      data: {
        type: 'switchback.run.ended',
        headline: expect.stringContaining('"confirm" is "another"'),
        end: { outcome: 'invalid-input', code: 'INVALID_INPUT', wrote: false },
      },
    },
  ]);
});

const stoppedAtOnce = scenario(async (it) => {
  const input = { project: it.lab.project, service: it.pair.primary };
  // So that its very first task brings the cancellation along.
  const handle = await it.harness.startWith(input, it.workflowId, { startDelay: '2s' });
  const { runId } = await handle.describe();
  await handle.cancel();
  const { code } = await it.end();
  const all = await poll(
    'its end is told',
    () => toldOf(runId),
    (told) => told.some(({ data }) => data.end !== undefined),
  );
  return { code, all, requests: it.pair.requests() };
});

test('a run that is cancelled before its first task is told, too', async () => {
  const { code, all, requests } = await stoppedAtOnce();
  expect({ code, requests }).toEqual({ code: 'CANCELLED', requests: [] });
  expect(all.at(-1)?.data).toMatchObject({
    type: 'switchback.run.ended',
    end: { outcome: 'aborted', code: 'CANCELLED', wrote: false },
  });
});

describe('a run', () => {
  test('tells every event, with its number, once', async () => {
    const { runId, said } = await approved();
    const told = await toldOf(runId);
    expect(told.map(({ data }) => data.seq)).toEqual(said.events.map(({ seq }) => seq));
    for (const [index, { data }] of told.entries()) {
      // A workflow task that Temporal gives up and makes again has a later time; it may be delivered with the first one.
      expect(data).toMatchObject({ ...said.events[index], at: expect.any(String) });
    }
    expect(told.at(-1)?.data).toMatchObject({
      type: 'switchback.run.ended',
      end: { outcome: 'switched-back', wrote: true },
    });
  });

  test('is told while it goes on, each time that something happens', async () => {
    const { asked, acted } = await approved();
    const typesIn = (told: typeof asked) => told.map(({ data }) => data.type);
    expect(typesIn(asked)).not.toContain('switchback.person.acted');
    expect(typesIn(acted)).not.toContain('switchback.run.ended');
  });

  test('shows itself in one message, and pages with one key', async () => {
    const { it } = await approved();
    const [, , , workspace] = await opening;
    const posts = workspace.posts.filter(({ text }) => text.includes(`/${it.pair.primary}: `));
    expect(posts).toHaveLength(1);
    expect(posts[0]?.text).toContain('switched-back');
    const replies = workspace.replies.filter(({ thread }) => thread === posts[0]?.ts);
    expect(replies).toHaveLength(2);
    expect(await pagedOf(it)).toEqual(['trigger', 'acknowledge', 'resolve', 'resolve']);
  });

  test('does not wait for sinks that are away, and says which they are', async () => {
    const { report, whenItEnded } = await approved();
    expect(whenItEnded).toBe('RUNNING');
    expect(report.undelivered).toEqual([
      { sink: 'dead', lost: 0, problem: 'ECONNREFUSED', since: expect.any(String) },
      { sink: 'hanging', lost: 0, problem: 'no answer within 4 s', since: expect.any(String) },
    ]);
  });

  test('leaves a notifier that goes on for a time, and then tells how far each sink got', async () => {
    const { said, sinks, report } = await approved();
    const all = said.events.length;
    expect(sinks.well).toMatchObject({ upTo: all, delivered: all, undelivered: [] });
    expect(sinks.slack).toMatchObject({ upTo: all, delivered: all, undelivered: [] });
    expect(sinks.pagerduty).toMatchObject({ upTo: all, delivered: 4, undelivered: [] });
    expect(sinks.dead).toMatchObject({
      upTo: all,
      delivered: 0,
      undelivered: said.events.map(({ seq }) => ({ seq, why: 'ECONNREFUSED, until the time was over' })),
    });
    expect(report.notifier).toContain('switchback-notifier.');
  });

  test('has no secret of a sink in its history, nor has its notifier', async () => {
    const { it, handle } = await approved();
    const histories = await Promise.all([handle.fetchHistory(), it.handle.fetchHistory()]);
    const everything = histories
      .map((history) =>
        historyToJSON(history).replace(/"data": ?"([^"]*)"/g, (_, data) =>
          String(Buffer.from(data, 'base64')),
        ),
      )
      .join();
    expect(everything).toContain('ECONNREFUSED');
    const [well, paged, , workspace] = await opening;
    for (const secret of [HOOK_SECRET, SLACK_TOKEN, ROUTING_KEY, well.url, paged.url, workspace.url])
      expect(everything).not.toContain(secret);
  });
});

const terminated = scenario(async (it) => {
  await it.start(ASKED);
  await it.until('it waits for an approval', ({ phase }) => phase === 'approval');
  const runId = await runIdOf(it);
  await it.handle.terminate('gone fishing');
  return { it, runId, ...(await notified(it, runId)) };
});

const terminatedLate = scenario(async (it) => {
  it.pair.behave({ stuck: true });
  await it.start({ convergeTimeout: '10m' });
  await it.until('it waits', ({ phase }) => phase === 'converge');
  const runId = await runIdOf(it);
  await it.handle.terminate();
  return { it, runId, ...(await notified(it, runId)) };
});

describe('a run that is terminated', () => {
  test('is told to be silent, with what was known', async () => {
    const { it, runId } = await terminated();
    const told = await toldOf(runId);
    expect(told.map(({ data }) => data.seq)).toEqual(told.map((_, index) => index + 1));
    const last = told.at(-1);
    expect(last).toMatchObject({
      id: `${runId}/${told.length}`,
      data: {
        type: 'switchback.run.lost',
        severity: 'warning',
        phase: 'approval',
        summary: 'The run was terminated in Temporal (gone fishing) and left no report.',
        primary: it.pair.primary,
        end: { outcome: 'no-report', code: 'NO_REPORT', wrote: false, standingAlarms: 0 },
      },
    });
    expect(await pagedOf(it)).toEqual(['trigger', 'trigger']);
  });

  test('is critical once something may have been written', async () => {
    const { runId } = await terminatedLate();
    const told = await toldOf(runId);
    expect(told.at(-1)?.data).toMatchObject({
      type: 'switchback.run.lost',
      severity: 'critical',
      phase: 'converge',
      end: { wrote: true },
    });
  });
});

test('a run that Temporal does not know is nothing to tell of', async () => {
  const { temporal, taskQueue } = (await approved()).it.harness;
  const { sinks } = (await temporal.workflow.execute('notifierWorkflow', {
    workflowId: `${taskQueue}.of-nothing`,
    taskQueue,
    args: [{ workflowId: 'nothing', runId: '00000000-0000-4000-8000-000000000000' }],
  })) as NotifyProgress;
  expect(sinks).toHaveLength(settings.sinks.length);
  for (const sink of sinks) expect(sink).toMatchObject({ upTo: 0, delivered: 0, undelivered: [] });
});

/** Resets the run to one of its workflow tasks, as the button of Temporal's UI does. */
async function reset(it: Scenario, runId: string, which: 'first' | 'last'): Promise<string> {
  const { events } = await it.harness.temporal.workflow.getHandle(it.workflowId, runId).fetchHistory();
  const completed = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  const response = await it.harness.temporal.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: it.workflowId, runId },
    reason: 'test',
    workflowTaskFinishEventId: completed.at(which === 'first' ? 0 : -1)?.eventId ?? null,
    requestId: `${it.workflowId}-${which}`,
  });
  return response.runId;
}

const resets = (['first', 'last'] as const).map((which) =>
  scenario(async (it) => {
    await it.start(ASKED);
    await it.until('it waits for an approval', ({ phase }) => phase === 'approval');
    const runId = await runIdOf(it);
    await poll(
      'somebody is told',
      () => toldOf(runId),
      (all) => all.some(({ data }) => data.type === 'switchback.person.needed'),
    );
    const newRunId = await reset(it, runId, which);
    await it.until('it waits again', ({ phase }) => phase === 'approval');
    await it.harness.client.reject(it.workflowId, LEAD);
    await it.end();
    await notified(it, runId);
    return { before: await toldOf(runId), after: await toldOf(newRunId), paged: await pagedOf(it) };
  }),
);

describe.each([
  ['its first task', resets[0]],
  ['its last task', resets[1]],
])('a run that is reset to %s', (_, played) => {
  test('is told on by the same notifier, and nothing twice', async () => {
    const { before, after, paged } = (await played?.()) ?? { before: [], after: [], paged: [] };
    expect(before.map(({ data }) => data.type)).not.toContain('switchback.run.lost');
    const ends = after.filter(({ data }) => data.type === 'switchback.run.ended');
    expect(ends).toMatchObject([{ data: { end: { outcome: 'aborted' } } }]);
    const told = after.map(({ data }) => data.seq);
    expect(told).toEqual(told.map((__, index) => (told[0] ?? 0) + index));
    expect(paged.at(-1)).toBe('resolve');
  });
});
