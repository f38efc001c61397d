import { useHarness } from '../workflows/harness';
import { accessTo } from './access';
import { problemsOf } from './problems';

/** Loses as many acknowledged rows as `counts` say, each in a switchback of its own, and compares the reports. */
export function testLossesOf(counts: readonly number[]): void {
  /** Many rows in little time: the one that is to lose 250 of them must first have written 250 more. */
  const { scenario } = useHarness({
    backing: 'postgres',
    transitionMs: 1_000,
    accessTo: accessTo({ rate: 100 }),
  });

  const losses = counts.map((count) => ({
    count,
    ended: scenario(async (it) => {
      it.pair.behave({ loseRows: count });
      const end = await it.run({ settleWindow: '1s' });
      return { ...end, lost: await it.pair.lostRows() };
    }),
  }));

  test.each(losses)(
    '$count rows that were lost on purpose are reported as $count',
    async ({ count, ended }) => {
      const { report, lost } = await ended();
      expect(report.outcome).toBe('switched-back');
      expect(problemsOf(report.probe)).toEqual([]);
      expect(report.probe?.missing?.count).toBe(count);
      expect(lost.count).toBe(count);
    },
  );
}
