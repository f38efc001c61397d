import { useHarness } from '../workflows/harness';
import { accessTo } from './access';
import { problemsOf } from './problems';

const K = [0, 1, 7, 250];

/** Many rows in little time: the one that is to lose 250 of them must first have written 250 more. */
const { scenario } = useHarness({
  backing: 'postgres',
  transitionMs: 1_000,
  accessTo: accessTo({ rate: 100 }),
});

const losses = K.map((k) => ({
  k,
  ended: scenario(async (it) => {
    it.pair.behave({ loseRows: k });
    const end = await it.run({ settleWindow: '1s' });
    return { ...end, lost: await it.pair.lostRows() };
  }),
}));

test.each(losses)('$k rows that were lost on purpose are reported as $k', async ({ k, ended }) => {
  const { report, lost } = await ended();
  expect(report.outcome).toBe('switched-back');
  expect(problemsOf(report.probe)).toEqual([]);
  expect(report.probe?.missing?.count).toBe(k);
  expect(lost.count).toBe(k);
});
