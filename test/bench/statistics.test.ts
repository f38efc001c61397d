import { exponentOf, spreadOf } from '../../lab/src/bench/statistics';

test.each([
  [[3], { median: 3, quartiles: [3, 3], samples: 1 }],
  [[9, 1, 5], { median: 5, quartiles: [3, 7], samples: 3 }],
  // As numbers, not as texts.
  [[10, 9, 100, 1], { median: 9.5, quartiles: [7, 32.5], samples: 4 }],
  [[1, 2, 3, 4, 1_000], { median: 3, quartiles: [2, 4], samples: 5 }],
])('the middle of %j, and between what half of it lies', (values, expected) => {
  expect(spreadOf(values)).toEqual(expected);
});

test('nothing has no middle', () => {
  expect(() => spreadOf([])).toThrow('nothing');
});

test.each([
  ['what is linear', (size: number) => 3 * size, 1],
  ['what is quadratic', (size: number) => size ** 2, 2],
  ['what does not grow', () => 7, 0],
])('the exponent of %s', (_, costOf, expected) => {
  const costs = [10, 100, 1_000].map((size) => ({ size, cost: costOf(size) }));
  expect(exponentOf(costs)).toBeCloseTo(expected, 6);
});

test('one size tells nothing of growth', () => {
  expect(() => exponentOf([{ size: 10, cost: 5 }])).toThrow('growth');
});
