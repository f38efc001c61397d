import { searchAttributes } from '../../src/contract/search-attributes';
import { DIALECTS, useHarness } from '../workflows/harness';
import { accessTo } from './access';
import { problemsOf } from './problems';
import { StubbornPool } from './stubborn-pool';

/** Long enough for rows before and after the switch. */
const WINDOWS = { settleWindow: '1s' };

/** The waits of a healthy run, and what one that reports adds: an activity, a task, and a phase or a timer. */
const WAITS = 4;
const EVENTS_OF_A_REPORT = 9;

describe.each(DIALECTS)('a healthy switchback with database access, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({
    dialect,
    backing: 'postgres',
    accessTo: accessTo(undefined, { endOldSessions: true }),
  });
  const ended = scenario(async (it) => {
    await it.pair.query(
      'recovery',
      "CREATE ROLE app LOGIN PASSWORD 'any'; GRANT pg_signal_backend TO switchback",
    );
    const load = await it.pair.startLoad({ rate: 20 });
    const pool = new StubbornPool(it.pair.recoveryUri ?? '');
    const end = await it.run(WINDOWS);
    await pool.end();
    return { ...end, load: await load.stop(), ...(await it.history()) };
  });

  test('is proven by PostgreSQL itself', async () => {
    const { report } = await ended();
    expect(report.outcome).toBe('switched-back');
    expect(report.proof?.verdict).toBe('proven');
    expect(report.proof?.steps.map(({ id, verdict }) => [id, verdict])).toEqual(
      expect.arrayContaining([
        ['write-through-service-uri', 'pass'],
        ['active-is-writable', 'pass'],
        ['passive-is-standby', 'pass'],
        ['timeline-advanced', 'pass'],
        ['arrived-on-passive', 'pass'],
        ['second-write', 'pass'],
      ]),
    );
    expect(report.notProven).toBeUndefined();
  });

  test('measures the gap and loses nothing', async () => {
    const { report, load, scenario } = await ended();
    const { probe } = report;
    expect(problemsOf(probe)).toEqual([]);
    expect(probe?.missing).toEqual({ count: 0, ranges: [] });
    expect(probe?.acknowledged).toBeGreaterThan(20);
    expect(probe?.gap?.firstAfter).toBeDefined();
    expect(load).toMatchObject({ missing: 0 });
    const { typedSearchAttributes } = await scenario.handle.describe();
    expect(typedSearchAttributes.get(searchAttributes.gapSeconds)).toBe((probe?.gap?.ms ?? 0) / 1_000);
    expect(typedSearchAttributes.get(searchAttributes.lostRows)).toBe(0);
    // A role change cuts every connection, so that an application sees it.
    expect(Object.keys(probe?.errors ?? {})).not.toHaveLength(0);
    expect(probe?.series.acknowledged.reduce((sum, count) => sum + count, 0)).toBe(probe?.acknowledged);
  });

  test('looked at the lag before, and at where the Service URI leads after', async () => {
    const { report } = await ended();
    expect(report.lag).toMatchObject({ paused: false });
    expect(report.lag?.seconds).toBeLessThanOrEqual(5);
    expect(report.endpoint?.agreed).toBe(true);
    expect(report.degraded).toBeUndefined();
    const phases = report.timeline.map(({ phase }) => phase);
    expect(phases.indexOf('catch-up')).toBeLessThan(phases.indexOf('promote'));
  });

  test('ends the sessions that a pool keeps on the side that is passive now', async () => {
    const { report } = await ended();
    const pool = { application: 'stubborn', address: '127.0.0.1', count: expect.any(Number) };
    expect(report.oldSessions).toMatchObject({ ended: [pool], refused: [], remaining: expect.any(Number) });
  });

  test('takes no more than 96 events, with all of that', async () => {
    const { types, json } = await ended();
    // Each wait is one activity, or several where the machine is so slow that it has to report in between.
    const waits = json.match(/"name": ?"(catchUp|watchPair|prove|watchEndpoint)"/g) ?? [];
    expect(waits.length).toBeGreaterThanOrEqual(WAITS);
    expect(types.length).toBeLessThanOrEqual(96 + EVENTS_OF_A_REPORT * (waits.length - WAITS));
  });
});

describe('a switchback without database access', () => {
  const { scenario } = useHarness({});
  const ended = scenario((it) => it.run());

  test('works, and says what was not proven', async () => {
    const { report } = await ended();
    expect(report.outcome).toBe('switched-back');
    expect(report.notProven).toEqual([expect.stringMatching(/^No database access is configured for /)]);
  });
});
