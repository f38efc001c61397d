import { ActivityCancellationDetails, CancelledFailure } from '@temporalio/common';
import { ROWS_PER_ATTEMPT } from '../../src/contract/probe';
import { numbersOf, undisturbed, useProbeLab } from './probe-stage';

jest.setTimeout(120_000);

const harness = useProbeLab();

describe('when the worker changes', () => {
  test('the next one goes on where a dead one stopped, and what that did not tell is unrecorded', () =>
    undisturbed(400, async () => {
      const run = harness.run();
      const dead = run.start();
      const told = await dead.until(({ acknowledged }) => acknowledged >= 20);
      await dead.more(30);
      await dead.stop(new Error('dead'));
      const untold = (await run.rows()).length - told.acknowledged;
      expect(untold).toBeGreaterThanOrEqual(30);

      const next = run.start({ attempt: 2, heartbeatDetails: told });
      await next.more(20);
      const report = await next.cancel();
      expect(report).toMatchObject({
        startedAt: told.startedAt,
        missing: { count: 0 },
        unexpected: { count: 0 },
        unrecorded: untold,
      });
      const rows = await run.rows();
      const own = rows.filter((row) => row > ROWS_PER_ATTEMPT);
      expect(own[0]).toBe(ROWS_PER_ATTEMPT + 1);
      expect(report.acknowledged).toBe(told.acknowledged + own.length);
      const [stretch, ...others] = report.unwatched ?? [];
      expect(others).toEqual([]);
      expect(stretch?.from).toBe(told.at);
      expect(stretch?.ms).toBeGreaterThan(500);
      expect(
        Math.abs(Number(stretch?.ms) - Date.parse(String(stretch?.to)) + Date.parse(told.at)),
      ).toBeLessThan(50);
      expect(report.gap?.unwatchedMs ?? stretch?.ms).toBe(stretch?.ms);
    }));

  test('rows of a dead worker that are lost are missing under the number that it gave them', () =>
    undisturbed(1_000, async () => {
      const run = harness.run();
      const dead = run.start();
      await dead.until(({ acknowledged }) => acknowledged >= 20);
      await dead.stop(new Error('told to stop'));
      const next = run.start({ attempt: 2, heartbeatDetails: dead.progress });
      await next.more(20);
      await run.delete([4, 5, ROWS_PER_ATTEMPT + 2]);
      const report = await next.cancel();
      expect(report.missing).toEqual({
        count: 3,
        ranges: [
          [4, 5],
          [ROWS_PER_ATTEMPT + 2, ROWS_PER_ATTEMPT + 2],
        ],
      });
    }));

  test('one that is told to stop says all it knows and ends at once', async () => {
    const run = harness.run();
    const attempt = run.start();
    const { acknowledged } = await attempt.more(10);
    // More than the last heartbeat told.
    await run.atLeast(acknowledged + 10);
    const reason = new Error('handed on');
    const startedAt = performance.now();
    expect(await attempt.stop(reason)).toBe(reason);
    // Before the two seconds for a write are over.
    expect(performance.now() - startedAt).toBeLessThan(1_800);
    const rows = await run.rows();
    expect(rows.length - attempt.progress.acknowledged).toBeLessThanOrEqual(1);
    expect(numbersOf(attempt.progress.rows)).toEqual(rows.slice(0, attempt.progress.acknowledged));
  });

  test('one that was told both to stop and to cancel returns its report, for nobody would go on', async () => {
    const attempt = harness.run().start();
    await attempt.more(10);
    attempt.environment.cancel('CANCELLED');
    expect(await attempt.stop(new Error('handed on'))).toMatchObject({ report: { missing: { count: 0 } } });
  });

  test('a paused activity ends as any other, to go on later', async () => {
    const attempt = harness.run().start();
    await attempt.more(10);
    attempt.environment.cancel('PAUSED', new ActivityCancellationDetails({ paused: true }));
    expect(await attempt.failure()).toBeInstanceOf(CancelledFailure);
  });

  test('numbers that another attempt has used up, as after a reset of the activity, are left alone', () =>
    undisturbed(1_000, async () => {
      const run = harness.run();
      await run.query(
        `INSERT INTO switchback.probe SELECT '${run.runId}', 1, n FROM generate_series(1, 5) n`,
      );
      const attempt = run.start();
      await attempt.more(10);
      const report = await attempt.cancel();
      expect(report).toMatchObject({
        errors: { 23505: 1 },
        missing: { count: 0 },
        unexpected: { count: 0 },
        unrecorded: 5,
      });
    }));

  test('a process that stands still does not measure that as an outage', async () => {
    const attempt = harness.run().start();
    await attempt.more(10);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_800);
    await attempt.more(10);
    const { gap, unwatched, problem } = await attempt.cancel();
    // A busy machine may have more of them.
    expect(Math.max(...(unwatched ?? []).map(({ ms }) => ms))).toBeGreaterThanOrEqual(1_800);
    expect(gap?.unwatchedMs).toBeGreaterThanOrEqual(1_500);
    expect(problem).toMatch(/of the longest gap no probe was running/);
  });
});
