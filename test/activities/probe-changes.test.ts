import type { ProbeReport } from '../../src/contract/probe';
import { Databases } from '../../src/postgres';
import { activeSideOf, numbersOf, ProbeRun, sum, undisturbed, useProbeLab } from './probe-stage';

jest.setTimeout(120_000);

const harness = useProbeLab();

describe('when the database does not want the rows', () => {
  const never = async (run: ProbeRun, failures: number): Promise<ProbeReport & { tookMs: number }> => {
    const attempt = run.start();
    await attempt.until(({ errors }) => sum(errors) >= failures);
    const startedAt = performance.now();
    const report = await attempt.cancel();
    expect(report).toMatchObject({ acknowledged: 0 });
    expect(report).not.toHaveProperty('missing');
    expect(report).not.toHaveProperty('gap');
    return { ...report, tookMs: performance.now() - startedAt };
  };

  test('a table that is missing is a problem, not a failure', async () => {
    const { errors, problem, tookMs } = await never(harness.run({ database: 'template1' }), 3);
    expect(Object.keys(errors)).toEqual(['42P01']);
    expect(problem).toMatch(
      /^not one row could be written: 42P01 relation "switchback.probe" does not exist/,
    );
    // Before the fifteen seconds for reading back are over.
    expect(tookMs).toBeLessThan(10_000);
  });

  test('so is a refused password, and it is not tried at full speed', async () => {
    const { errors, problem, startedAt, endedAt } = await never(harness.run({ password: 'wrong' }), 3);
    expect(Object.keys(errors)).toEqual(['28P01']);
    expect(problem).toMatch(/^not one row could be written: 28P01 password authentication failed/);
    expect(sum(errors)).toBeLessThanOrEqual((Date.parse(endedAt) - Date.parse(startedAt)) / 500 + 1);
  });

  test('without access it ends at once', async () => {
    const report = await new ProbeRun(harness.pair(), new Databases()).start().result;
    expect(report).toMatchObject({
      acknowledged: 0,
      problem: `no database access is configured for project/${harness.pair().primary}`,
    });
    expect(report).not.toHaveProperty('missing');
  });

  test('a read-only server counts as 25006, and every failure leads to a new session', () =>
    undisturbed(1_000, async () => {
      const proxy = await harness.proxy();
      const attempt = harness.run({ service: proxy }).start();
      await attempt.more(10);
      await harness.lab().apply({ kind: 'read-only', service: harness.pair().primary, on: true });
      try {
        await attempt.until(({ errors }) => (errors['25006'] ?? 0) >= 10);
      } finally {
        await harness.lab().apply({ kind: 'read-only', service: harness.pair().primary, on: false });
      }
      await attempt.more(10);
      const opened = proxy.connections;
      const report = await attempt.cancel();
      expect(Object.keys(report.errors)).toEqual(['25006']);
      expect(opened).toBe(1 + sum(report.errors));
      expect(report).toMatchObject({ missing: { count: 0 }, unexpected: { count: 0 } });
      expect(report.series.failed.reduce((a, b) => a + b)).toBe(sum(report.errors));
    }));

  test('a statement that hangs in the server is given up after two seconds', () =>
    undisturbed(500, async () => {
      const run = harness.run();
      const attempt = run.start();
      await attempt.more(10);
      // Half-way between the end of the first statement and that of the second.
      await run.query(`
      BEGIN; LOCK TABLE switchback.probe IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT`);
      await attempt.more(10);
      const report = await attempt.cancel();
      expect(report.errors).toEqual({ 57014: 1 });
      expect(report.gap?.ms).toBeGreaterThan(2_800);
      expect(report.gap?.ms).toBeLessThan(5_000);
      expect(report).toMatchObject({ missing: { count: 0 }, unexpected: { count: 0 } });
    }));

  test('one that hangs for ever does not hold up a cancellation', async () => {
    const run = harness.run();
    const attempt = run.start();
    await attempt.more(10);
    const locked = run.query(`
      BEGIN; LOCK TABLE switchback.probe IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(6); COMMIT`);
    await attempt.until(({ t, last }) => t - Number(last?.t) > 700);
    const startedAt = performance.now();
    const report = await attempt.cancel();
    // The lock lets rows be read.
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(report).toMatchObject({ missing: { count: 0 }, unexpected: { count: 0 } });
    await locked;
  });
});

describe('in a role change', () => {
  /** What is played again begins where it began before. */
  const begin = async (active: 'primary' | 'recovery') => {
    const pair = harness.pair();
    await harness.lab().apply({ kind: 'endpoint', service: pair.primary, follows: true });
    if (activeSideOf(pair) === active) return;
    await (active === 'primary' ? pair.switchback() : pair.switchover());
  };

  test('that loses nothing, the gap is what lies between the rows, and nothing is missing', () =>
    undisturbed(400, async () => {
      await begin('primary');
      const run = harness.run();
      const attempt = run.start();
      await attempt.more(20);
      // The name leads to the old side for a while: it is a standby then.
      await harness.lab().apply({ kind: 'endpoint', service: harness.pair().primary, follows: false });
      await harness.pair().switchover();
      // A quick machine is through with all of it in less than a second.
      await attempt.until(
        ({ errors, t, last }) => (errors['25006'] ?? 0) >= 3 && t - Number(last?.t) > 1_200,
      );
      await harness.lab().apply({ kind: 'endpoint', service: harness.pair().primary, follows: true });
      await attempt.more(20);
      const report = await attempt.cancel();
      expect(report).toMatchObject({ missing: { count: 0, ranges: [] }, unexpected: { count: 0 } });
      expect(report.problem).toBeUndefined();
      const { lastBefore, firstAfter, ms } = report.gap ?? {};
      expect(ms).toBeGreaterThanOrEqual(1_000);
      const written = await run.query(`
      SELECT seq::int, extract(epoch FROM written_at) * 1000 AS at FROM switchback.probe
      WHERE run_id = '${run.runId}' AND seq IN (${lastBefore?.row}, ${firstAfter?.row}) ORDER BY seq`);
      expect(written.map(({ seq }) => seq)).toEqual([lastBefore?.row, firstAfter?.row]);
      const [from = 0, to = 0] = written.map(({ at }) => Number(at));
      // A row is written a little before that is acknowledged.
      const slowestMs = Math.max(...report.series.slowestMs.map(Number));
      expect(Math.abs(Number(ms) - (to - from))).toBeLessThan(slowestMs + 100);
      // What was acknowledged has no hole but the failed ones.
      const numbers = await run.rows();
      const failed = Number(firstAfter?.row) - Number(lastBefore?.row) - 1;
      expect(numbers).toHaveLength(report.acknowledged);
      expect(failed).toBeGreaterThanOrEqual(3);
      expect(sum(report.errors)).toBeGreaterThanOrEqual(failed);
      expect(report.latency.before?.count).toBe(lastBefore?.row);
      expect(report.latency.after?.count).toBe(report.acknowledged - Number(lastBefore?.row));
    }));

  test('that the name does not follow, rows are read from the server that takes writes', () =>
    undisturbed(400, async () => {
      await begin('recovery');
      const run = harness.run();
      const attempt = run.start();
      await attempt.more(20);
      await harness.lab().apply({ kind: 'endpoint', service: harness.pair().primary, follows: false });
      await harness.pair().switchback();
      await attempt.until(({ errors, t, last }) => sum(errors) > 0 && t - Number(last?.t) > 1_200);
      const { missing, gap, problem } = await attempt.cancel();
      await harness.lab().apply({ kind: 'endpoint', service: harness.pair().primary, follows: true });
      expect(missing).toEqual({ count: 0, ranges: [] });
      expect(gap).not.toHaveProperty('firstAfter');
      expect(problem).toBeUndefined();
    }));

  test('that loses rows, those are missing, and only those', () =>
    undisturbed(1_000, async () => {
      await begin('primary');
      const run = harness.run({ rate: 100 });
      const attempt = run.start();
      await attempt.more(20);
      harness.pair().behave({ loseRows: 7 });
      await harness.pair().switchover();
      const lost = await harness.pair().lostRows();
      await attempt.more(20);
      const report = await attempt.cancel();
      expect(lost.count).toBeGreaterThanOrEqual(1);
      const acknowledged = lost.rows.filter(
        ({ seq }) => seq <= Number(report.gap?.lastBefore.row ?? Infinity),
      );
      expect(numbersOf(report.missing?.ranges ?? [])).toEqual(acknowledged.map(({ seq }) => seq));
      expect(report.unexpected?.count).toBe(0);
    }));
});
