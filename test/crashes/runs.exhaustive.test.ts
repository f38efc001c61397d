import type { SwitchbackReport } from '../../src/contract/report';
import type { PatientScene } from '../faults/patient-scene';
import { DIALECTS } from '../workflows/harness';
import { usePlays } from './play';

const LONG = { settleWindow: '1s', convergeTimeout: '2m' };

/** Resets the run to the workflow task that ordered what the event says. */
async function resetTo(it: PatientScene, eventType: string, activity?: string): Promise<void> {
  const { events } = JSON.parse(await it.rawHistory()) as {
    events: Record<string, { workflowTaskCompletedEventId: string; activityType?: { name: string } }>[];
  };
  const attributes = events
    .flatMap((event) => event[eventType] ?? [])
    .find(({ activityType }) => activity === undefined || activityType?.name === activity);
  if (attributes === undefined) throw new Error(`the history has no ${eventType}`);
  const { temporal } = it.harness;
  await temporal.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: it.workflowId, runId: (await it.handle.describe()).runId },
    reason: 'a test',
    requestId: `${it.workflowId} ${eventType}`,
    workflowTaskFinishEventId: attributes.workflowTaskCompletedEventId as never,
  });
}

/** Another run of the same pair, under an id of its own. */
async function anotherRun(it: PatientScene, name: string): Promise<SwitchbackReport> {
  const { project } = it.lab;
  const input = { project, service: it.pair.primary, ...LONG };
  const { workflowId } = await it.harness.startWith(input, `${it.workflowId}.${name}`);
  return it.harness.client.result(workflowId);
}

const came = usePlays({
  'reset to before the promotion': async (it) => {
    it.stick();
    await it.start(LONG);
    await it.untilPolling();
    await resetTo(it, 'activityTaskScheduledEventAttributes', 'promote');
    const waiting = await it.until('the new run waits', ({ phase }) => phase === 'converge');
    await it.unstick();
    await it.end();
    const next = await anotherRun(it, 'next');
    return { waiting, next, ...(await it.end()) };
  },

  'reset to before it took the lock': async (it) => {
    // Already settled, and still being watched.
    await it.start({ ...LONG, settleWindow: '8s' });
    await it.until('the pair is home', ({ live }) => live?.situation === 'primary-active');
    await resetTo(it, 'startChildWorkflowExecutionInitiatedEventAttributes');
    await it.end();
    const next = await anotherRun(it, 'next');
    return { next, ...(await it.end()) };
  },

  'terminated after the promotion and started again': async (it) => {
    it.stick();
    await it.start(LONG);
    await it.untilPolling();
    await it.handle.terminate('a test');
    await it.start(LONG);
    const meanwhile = await Promise.race([
      it.end().then(({ code }) => code),
      it.until('it waits', ({ phase }) => phase === 'converge').then(({ phase }) => phase),
    ]);
    await it.unstick();
    await it.end();
    const next = await anotherRun(it, 'next');
    return { meanwhile, next, ...(await it.end()) };
  },
});

describe.each(DIALECTS)('in the %s dialect', (dialect) => {
  test('a run that is reset to before its promotion reads the world first: no second write', async () => {
    const { waiting, report, writes, effective, roles, scenario, next } = await came(
      'reset to before the promotion',
      dialect,
    );
    expect(waiting.timeline.map(({ event }) => event).join()).toMatch(
      /no write needed: .*on its way already/,
    );
    expect(report).toMatchObject({ outcome: 'already-primary', situation: 'primary-active' });
    expect(writes).toHaveLength(1);
    expect(effective).toEqual([scenario.pair.primary]);
    expect(roles).toBe('active/passive');
    // The Reset left the lock behind: the next run takes it over.
    expect(next.outcome).toBe('already-primary');
  });

  test('a run that is reset to before it took the lock takes over the lock of its predecessor', async () => {
    const { report, writes, effective, roles, scenario, next } = await came(
      'reset to before it took the lock',
      dialect,
    );
    expect(report.outcome).toBe('already-primary');
    expect(writes).toHaveLength(1);
    expect(effective).toEqual([scenario.pair.primary]);
    expect(roles).toBe('active/passive');
    expect(next.outcome).toBe('already-primary');
  });

  test('a run that is terminated after its promotion and started again does not write', async () => {
    const { meanwhile, writes, effective, roles, scenario, next } = await came(
      'terminated after the promotion and started again',
      dialect,
    );
    expect(meanwhile).toBe('converge');
    expect(next.outcome).toBe('already-primary');
    expect(writes).toHaveLength(1);
    expect(effective).toEqual([scenario.pair.primary]);
    expect(roles).toBe('active/passive');
  });
});
