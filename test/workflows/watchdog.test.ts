import type { LiveStatus } from '../../src/client';
import { DIALECTS, type Scenario, useHarness } from './harness';

const causes = ({ alarms = [] }: Pick<LiveStatus, 'alarms'>) => alarms.map(({ cause }) => cause);
const alarmed = (it: Scenario, cause: string) =>
  it.until(`the alarm ${cause}`, (status) => causes(status).some((one) => one === cause));

describe.each(DIALECTS)('the watchdog, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect });

  const stalled = scenario(async (it) => {
    it.pair.behave({ stuck: true });
    await it.start({ stallWindow: '1s' });
    const alarm = await alarmed(it, 'stalled');
    it.pair.set('primary', { state: 'RUNNING' });
    return { alarm, ...(await it.end()) };
  });

  test('tells of a pair that stands still half-way, since when and until when', async () => {
    const { alarm, report, effective } = await stalled();
    expect(alarm).toMatchObject({ phase: 'converge', situation: 'moving' });
    expect(alarm.alarms?.[0]).toEqual({
      cause: 'stalled',
      message: expect.stringMatching(/nothing has changed for the stall window, .* primary .*REBUILDING/i),
      since: expect.any(String),
    });
    const [closed] = report.alarms ?? [];
    expect(closed).toMatchObject({ cause: 'stalled', since: alarm.alarms?.[0]?.since });
    expect(Date.parse(closed?.until ?? '')).toBeGreaterThan(Date.parse(closed?.since ?? ''));
    expect(report.outcome).toBe('switched-back');
    expect(effective).toHaveLength(1);
  });

  const impatient = scenario(async (it) => {
    it.pair.behave({ stuck: true });
    await it.start({ stallWindow: '1s' });
    const { phase } = await alarmed(it, 'stalled');
    await it.decide('return-to-recovery');
    return { phase, ...(await it.end()) };
  });

  test('lets a person decide while an alarm stands, long before the deadline', async () => {
    const { phase, code, report, effective, scenario } = await impatient();
    expect(phase).toBe('converge');
    expect(code).toBe('RETURNED_TO_RECOVERY');
    expect(causes(report)).not.toContain('deadline');
    expect(effective).toEqual([scenario.pair.primary, scenario.pair.recovery]);
  });

  const vanished = scenario(async (it) => {
    const { recovery: service } = it.pair;
    it.faultOnWrite({ type: 'change', when: 'after', change: { kind: 'vanish', service } });
    await it.start();
    const alarm = await alarmed(it, 'unreadable');
    await it.decide('give-up');
    return { alarm, ...(await it.end()) };
  });

  test('tells of a peer that vanished, and what a person can do', async () => {
    const { alarm, code, report, effective, scenario } = await vanished();
    expect(alarm.alarms?.[0]?.message).toBe(
      `${scenario.pair.recovery} vanished: the API says that there is no such service`,
    );
    expect(code).toBe('GIVEN_UP');
    expect(report.headline).toContain('unreadable');
    expect(effective).toHaveLength(1);
  });

  const failed = (['primary', 'recovery'] as const).map((side) => ({
    side,
    ended: scenario(async (it) => {
      it.pair.behave({ failMidway: side });
      await it.start();
      const alarm = await alarmed(it, `${side}-failed`);
      await it.decide('accept');
      return { alarm, ...(await it.end()) };
    }),
  }));

  test.each(failed)('tells of a $side that failed, at once', async ({ side, ended }) => {
    const { alarm, report } = await ended();
    expect(alarm).toMatchObject({ phase: 'converge', situation: `${side}-failed` });
    expect(report).toMatchObject({ outcome: 'accepted', situation: `${side}-failed` });
    expect(report.alarms?.find(({ cause }) => cause === `${side}-failed`)).not.toHaveProperty('until');
  });
});
