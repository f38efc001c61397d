import type { Goal, Measurement } from '../../lab/src/bench/figure';
import { tableOf } from '../../lab/src/bench/table';
import { isFarBeyond, shareOfGoal, verdictOf } from '../../lab/src/bench/verdict';

const measured = (value: number, goal?: Goal, unit: Measurement['unit'] = '×'): Measurement => ({
  measured: 'a plan',
  unit,
  values: [value],
  ...(goal === undefined ? {} : { goal }),
});

test.each<[number, Goal | undefined, string, boolean, number | undefined]>([
  [1.3, { is: 'at most', limit: 1.3, alarm: 4 }, 'met', false, 1],
  [3.9, { is: 'at most', limit: 1.3, alarm: 4 }, 'not met', false, 3],
  [4.1, { is: 'at most', limit: 1.3, alarm: 4 }, 'not met', true, 4.1 / 1.3],
  [8, { is: 'at least', limit: 8, alarm: 1 }, 'met', false, 1],
  [0.5, { is: 'at least', limit: 8, alarm: 1 }, 'not met', true, 16],
  // A time has no alarm.
  [900, { is: 'at most', limit: 2 }, 'not met', false, 450],
  [0, { is: 'at most', limit: 0 }, 'met', false, undefined],
  [5, undefined, 'no goal', false, undefined],
])('%d with the goal %j: %s, far beyond it: %s', (value, goal, verdict, isFar, share) => {
  const measurement = measured(value, goal);
  expect([verdictOf(measurement), isFarBeyond(measurement)]).toEqual([verdict, isFar]);
  if (share === undefined) expect(shareOfGoal(measurement)).toBeUndefined();
  else expect(shareOfGoal(measurement)).toBeCloseTo(share, 6);
});

test('a row says the median, the spread, the goal and whether it is met', () => {
  const goal: Goal = { is: 'at most', limit: 1.3 };
  const rows = tableOf([{ ...measured(0, goal), values: [1.2, 1.234, 1.3], against: 'bare', detail: '1 s' }]);
  expect(rows.split('\n').at(-1)).toBe('| a plan (1 s) | bare | **1.23 ×** | 1.22–1.27 of 3 | ≤ 1.3 × | ✓ |');
});
