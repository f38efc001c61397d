import { useHarness } from '../workflows/harness';
import { accessTo } from './access';

const PAIRS = 5;
const EACH = 10;

/** Somebody else has just changed both services: that is the switchover of this very test. */
const SWITCHED_OVER = { check: 'recent-change', by: 'ops@example.com', reason: 'back and forth' };

/** A switchback, and the switchover that makes the next one possible, again and again, while rows are written. */
const { scenario } = useHarness({ backing: 'postgres', transitionMs: 400, accessTo: accessTo() });

const series = Array.from({ length: PAIRS }, () =>
  scenario(async (it) => {
    const load = await it.pair.startLoad({ rate: 20 });
    const runs: { outcome: string; missing: number | undefined; acknowledged: number | undefined }[] = [];
    for (let round = 0; round < EACH; round += 1) {
      if (round > 0) await it.pair.switchover();
      const { report } = await it.run({ acknowledge: [SWITCHED_OVER] });
      const { missing, acknowledged } = report.probe ?? {};
      runs.push({ outcome: report.outcome, missing: missing?.count, acknowledged });
    }
    return { runs, load: await load.stop() };
  }),
);

test(`${PAIRS * EACH} switchbacks of healthy pairs, back and forth under load, lose nothing`, async () => {
  const played = await Promise.all(series.map((one) => one()));
  const runs = played.flatMap((one) => one.runs);
  expect(runs).toHaveLength(PAIRS * EACH);
  for (const run of runs) {
    expect(run).toMatchObject({ outcome: 'switched-back', missing: 0 });
    expect(run.acknowledged).toBeGreaterThan(0);
  }
  for (const { load } of played) {
    expect(load.missing).toBe(0);
    expect(load.acknowledged).toBeGreaterThan(100);
  }
}, 480_000);
