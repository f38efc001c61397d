import { offersReturn, useHarness } from '../workflows/harness';
import { accessTo } from './access';

const { scenario } = useHarness({ backing: 'postgres', transitionMs: 300, accessTo: accessTo() });

const returned = scenario(async (it) => {
  it.pair.behave({ stuck: true });
  await it.start({ convergeTimeout: '4s' });
  // Not before the recovery service has settled as the passive one, which may take longer than the run waits.
  await it.until('it offers the return', offersReturn);
  await it.decide('return-to-recovery');
  return it.end();
});

/** So long must the lag stay within the limit. */
const HOLDS = { settleWindow: '1m' };

const aborted = scenario(async (it) => {
  await it.start(HOLDS);
  await it.until('it waits for the replication', ({ phase }) => phase === 'catch-up');
  await it.harness.client.abort(it.workflowId, { by: 'lead@example.com', reason: 'wrong pair' });
  const abortedAt = Date.now();
  const end = await it.end();
  return {
    ...end,
    tookMs: Date.now() - abortedAt,
    ...(await it.history()),
    left: leftIn(await it.rawHistory()),
  };
});

/** Activities that were neither completed nor told to stop: one that was told may still need a moment. */
function leftIn(history: string): string[] {
  const { events } = JSON.parse(history) as { events: Record<string, Record<string, unknown>>[] };
  const scheduled = events.filter((event) => event.activityTaskScheduledEventAttributes);
  const seenTo = events.map((event) => {
    const seen =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskCanceledEventAttributes ??
      event.activityTaskCancelRequestedEventAttributes;
    return seen?.scheduledEventId;
  });
  return scheduled.filter(({ eventId }) => !seenTo.includes(eventId)).map((event) => JSON.stringify(event));
}

describe('a return to the recovery service', () => {
  test('is proven for that side, and nothing of the other one is left in the report', async () => {
    const { report, scenario: it } = await returned();
    expect(report.outcome).toBe('returned-to-recovery');
    expect(report.proof?.verdict).toBe('proven');
    expect(report.proof?.steps.map(({ title }) => title)).toContain(
      `${it.pair.recovery} takes writes, and that row is there`,
    );
    expect(report).not.toHaveProperty('degraded');
    expect(report.alarms?.filter(({ until }) => until === undefined)).toEqual([]);
  });

  test('is measured all the way', async () => {
    const { report } = await returned();
    expect(report.probe?.missing?.count).toBe(0);
    expect(Object.keys(report.probe?.errors ?? {})).not.toHaveLength(0);
  });
});

describe('an abort while the run waits for the replication', () => {
  test('ends it at once, with nothing promoted and nothing left running', async () => {
    const { code, report, writes, types, tookMs, left } = await aborted();
    expect(code).toBe('ABORTED');
    expect(writes).toEqual([]);
    expect(report).not.toHaveProperty('pointOfNoReturn');
    expect(tookMs).toBeLessThan(45_000);
    const counted = (type: string) => types.filter((one) => one === type).length;
    expect(left).toEqual([]);
    expect(counted('TIMER_STARTED')).toBe(counted('TIMER_FIRED') + counted('TIMER_CANCELED'));
  });

  test('and the report has what the write probe measured until then', async () => {
    const { report } = await aborted();
    expect(report.probe?.acknowledged).toBeGreaterThan(0);
    expect(
      report.timeline.filter(({ event }) => event.startsWith('writes through the Service URI')),
    ).toHaveLength(1);
    expect(report).not.toHaveProperty('notProven');
  });
});
