import { until } from '../../lab/src/postgres/until';
import { searchAttributes } from '../../src/contract/search-attributes';
import { ProbeWriter } from '../lab/probe-writer';
import { DIALECTS, type Scenario, useHarness } from '../workflows/harness';
import { accessTo } from './access';
import { problemsOf } from './problems';

const WINDOWS = { settleWindow: '1s' };

/** What Temporal lists of a run. */
async function costOf({ handle }: Scenario): Promise<object> {
  const { typedSearchAttributes: found } = await handle.describe();
  return {
    gapSeconds: found.get(searchAttributes.gapSeconds),
    lostRows: found.get(searchAttributes.lostRows),
  };
}

describe.each(DIALECTS)('the cycle on real PostgreSQL, in the %s dialect', (dialect) => {
  const options = { dialect, backing: 'postgres', state: 'fresh', accessTo: accessTo() } as const;
  const drills = useHarness(options, 'drill');
  const failbacks = useHarness(options, 'failback');
  const failovers = useHarness(options, 'failover');

  const drilled = drills.scenario(async (it) => {
    const load = await it.pair.startLoad({ rate: 20 });
    const end = await it.run({ ...WINDOWS, soak: '3s' });
    return { ...end, load: await load.stop() };
  });

  test('a drill loses no row, is proven both ways, and has the gap of each move', async () => {
    const { report, load, scenario } = await drilled();
    expect(report).toMatchObject({ outcome: 'drilled', proof: { verdict: 'proven' } });
    const [there] = report.legs ?? [];
    expect(there).toMatchObject({ move: 'switchover', proof: { verdict: 'proven' } });
    for (const probe of [there?.probe, there?.soak, report.probe]) {
      expect(problemsOf(probe)).toEqual([]);
      expect(probe?.missing?.count).toBe(0);
      expect(probe?.acknowledged).toBeGreaterThan(20);
    }
    expect(there?.probe?.gap?.ms).toBeGreaterThan(0);
    expect(report.probe?.gap?.ms).toBeGreaterThan(0);
    expect(load).toMatchObject({ missing: 0 });
    const gaps = [there?.probe, report.probe].map((probe) => (probe?.gap?.ms ?? 0) / 1_000);
    expect(await costOf(scenario)).toEqual({ gapSeconds: Math.max(...gaps), lostRows: 0 });
  });

  const home = failbacks.scenario(async (it) => {
    const load = await it.pair.startLoad({ rate: 20 });
    // The lab loses rows of this table, which somebody must write.
    const writer = new ProbeWriter(it.pair.serviceUri, 'before');
    await until(async () => writer.acknowledged.length > 10, 20_000);
    it.pair.behave({ loseRows: 3 });
    await it.lab.apply({ kind: 'fail', service: it.pair.primary });
    await it.pair.settled();
    const lost = await it.pair.lostRows();
    await writer.stop();
    const end = await it.run({
      ...WINDOWS,
      acknowledge: ['recent-change', 'alerts'].map((check) => ({ check, by: 'ops', reason: 'INC-7' })),
    });
    return { lost, ...end, load: await load.stop() };
  });

  const destroyed = failovers.scenario(async (it) => {
    const load = await it.pair.startLoad({ rate: 20 });
    it.pair.behave({ loseRows: 3 });
    await it.start({
      ...WINDOWS,
      confirm: it.pair.primary,
      requestedBy: 'ops@example.com',
      reason: 'INC-9',
      drill: true,
      acknowledge: [{ check: 'recent-change', by: 'ops', reason: 'INC-9' }],
    });
    const { plan } = await it.until('it asks', ({ phase }) => phase === 'approval');
    await it.harness.client.approve(it.workflowId, {
      by: 'lead@example.com',
      reason: 'INC-9',
      fingerprint: plan?.fingerprint ?? '',
      service: it.pair.primary,
    });
    const end = await it.end();
    return { plan, lost: await it.pair.lostRows(), ...end, load: await load.stop() };
  });

  test('a failover under load says what is at stake, and afterwards to the row what was lost', async () => {
    const { plan, lost, report, roles, scenario } = await destroyed();
    expect(plan?.loss).toMatch(/^(nothing is outstanding|at most \d+ transactions, .* of WAL)/);
    expect(report).toMatchObject({ outcome: 'failed-over', proof: { verdict: 'proven' } });
    expect(report.proof?.steps.map(({ id }) => id)).not.toContain('passive-is-standby');
    expect(lost.count).toBe(3);
    expect(report.probe?.missing?.count).toBe(3);
    expect(report.probe?.gap?.ms).toBeGreaterThan(0);
    const gapSeconds = (report.probe?.gap?.ms ?? 0) / 1_000;
    expect(await costOf(scenario)).toEqual({ gapSeconds, lostRows: 3 });
    expect(roles).toBe('failed/active');
  });

  test('a failback after a failover that lost rows rebuilds the primary, and loses no other one', async () => {
    const { lost, report, load, roles } = await home();
    expect(lost.count).toBe(3);
    expect(report).toMatchObject({ outcome: 'failed-back', proof: { verdict: 'proven' } });
    expect(report.legs).toMatchObject([{ move: 'rebuild', outcome: 'rebuilt' }]);
    expect(report.probe?.missing?.count).toBe(0);
    expect(load.acknowledged).toBeGreaterThan(0);
    expect(roles).toBe('active/passive');
  });
});
