import { numbersOf, sum, undisturbed, useProbeLab } from './probe-stage';

jest.setTimeout(120_000);

const harness = useProbeLab();

describe('in a healthy database', () => {
  test('every row is acknowledged and there, at a steady rate, one after the other', () =>
    undisturbed(400, async () => {
      const run = harness.run({ rate: 40 });
      const attempt = run.start();
      await attempt.until(({ acknowledged }) => acknowledged >= 120);
      const report = await attempt.cancel();
      const numbers = Array.from({ length: report.acknowledged }, (_, index) => index + 1);
      expect(report).toMatchObject({
        startedAt: expect.stringMatching(/Z$/),
        endedAt: expect.stringMatching(/Z$/),
        rate: 40,
        missing: { count: 0, ranges: [] },
        unexpected: { count: 0, ranges: [] },
        errors: {},
        latency: { before: { p50: expect.any(Number), p99: expect.any(Number), count: report.acknowledged } },
        series: { from: report.startedAt, bucketMs: 1_000 },
      });
      for (const absent of ['gap', 'otherGaps', 'unrecorded', 'problem'])
        expect(report).not.toHaveProperty(absent);
      expect(await run.rows()).toEqual(numbers);
      const seconds = (Date.parse(report.endedAt) - Date.parse(report.startedAt)) / 1_000;
      expect(report.acknowledged / seconds).toBeGreaterThan(20);
      expect(report.acknowledged / seconds).toBeLessThan(41);
      expect(report.series.acknowledged.reduce((a, b) => a + b)).toBe(report.acknowledged);
    }));

  test('its heartbeats come at least every two seconds', async () => {
    const attempt = harness.run().start();
    await attempt.until(({ t }) => t > 5_000);
    await attempt.cancel();
    const pauses = attempt.beatAt.slice(1).map((at, index) => at - Number(attempt.beatAt[index]));
    expect(pauses.length).toBeGreaterThan(1);
    expect(Math.max(...pauses)).toBeLessThan(2_000);
  });

  test('a cancellation lets the write under way be answered, so that it is neither unexpected nor unrecorded', () =>
    undisturbed(150, async () => {
      const proxy = await harness.proxy();
      // Nearly always one is under way.
      proxy.answerDelayMs = 200;
      const run = harness.run({ service: proxy, rate: 1_000 });
      const attempt = run.start();
      await attempt.more(3);
      const before = attempt.progress.acknowledged;
      await run.atLeast(before + 2);
      const report = await attempt.cancel();
      expect(report).toMatchObject({ missing: { count: 0 }, unexpected: { count: 0 }, errors: {} });
      expect(report.unrecorded).toBeUndefined();
      expect(await run.rows()).toHaveLength(report.acknowledged);
    }));
});

describe('acknowledged rows that are gone', () => {
  test.each([
    { k: 0, pick: () => [] },
    { k: 1, pick: (rows: number[]) => rows.slice(-1) },
    { k: 7, pick: (rows: number[]) => rows.filter((row) => row % 11 === 0).slice(0, 7) },
    { k: 250, pick: (rows: number[]) => [...rows.slice(0, 3), ...rows.slice(20, 260), ...rows.slice(-7)] },
  ])('are counted exactly, and named: $k', ({ k, pick }) =>
    undisturbed(1_000, async () => {
      const run = harness.run({ rate: 250 });
      const attempt = run.start();
      const { rows } = await attempt.until(({ acknowledged }) => acknowledged >= 300);
      const lost = pick(numbersOf(rows));
      expect(lost).toHaveLength(k);
      await run.delete(lost);
      const report = await attempt.cancel();
      expect(report.missing?.count).toBe(k);
      expect(numbersOf(report.missing?.ranges ?? [])).toEqual(lost);
      expect(report.unexpected?.count).toBe(0);
      expect(report.unrecorded).toBeUndefined();
    }),
  );
});

describe('when answers are lost', () => {
  test('rows that are there all the same are unexpected, and the others are not', () =>
    undisturbed(1_000, async () => {
      const proxy = await harness.proxy();
      const run = harness.run({ service: proxy });
      const attempt = run.start();
      await attempt.more(5);
      proxy.answersToLose = 3;
      await attempt.until(({ errors }) => sum(errors) >= 3);
      await attempt.more(5);
      // A connection that ends between two writes loses nothing.
      proxy.cutsAfterAnswer = 1;
      await attempt.until(({ errors }) => sum(errors) >= 4);
      await attempt.more(5);
      const report = await attempt.cancel();
      expect(report.unexpected?.count).toBe(3);
      expect(report.missing?.count).toBe(0);
      const acknowledged = report.acknowledged;
      expect(await run.rows()).toHaveLength(acknowledged + 3);
      expect(Object.keys(report.errors)).toEqual(['connection-lost']);
      expect(proxy.connections).toBe(1 + sum(report.errors) + 1);
    }));
});

describe('rows of earlier runs', () => {
  test('are deleted once they are older than the retention, and no others', async () => {
    const run = harness.run({ retentionMs: 60_000 });
    const insert = (id: string, age: string) =>
      run.query(`INSERT INTO switchback.probe
        VALUES ('${id}', 1, 1000, NULL, clock_timestamp() - interval '${age}')`);
    await insert(`${run.runId}-old`, '61 s');
    await insert(`${run.runId}-young`, '30 s');
    await insert(run.runId, '1 day');
    const attempt = run.start();
    await attempt.more(1);
    await attempt.cancel();
    const left = await run.query(
      `SELECT DISTINCT run_id FROM switchback.probe WHERE run_id LIKE '${run.runId}%' ORDER BY 1`,
    );
    expect(left.map(({ run_id }) => run_id)).toEqual([run.runId, `${run.runId}-young`]);
    expect(await run.rows()).toContain(1_000);
  });
});
