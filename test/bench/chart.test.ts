import { drawGoals, drawGrowth } from '../../lab/src/bench/chart';
import type { Measurement } from '../../lab/src/bench/figure';

const row = (measured: string, value: number): Measurement => ({
  measured,
  unit: '×',
  values: [value],
  goal: { is: 'at most', limit: 2 },
});

test('each figure with a goal is a bar, good up to its goal and bad beyond', () => {
  const counted: Measurement = { measured: 'counted', unit: 'requests', values: [3] };
  const svg = drawGoals([row('met', 1), row('missed', 20), counted]);
  expect([...svg.matchAll(/<rect[^>]* fill="([^"]*)"/g)].map(([, colour]) => colour)).toEqual([
    'var(--good)',
    'var(--bad)',
  ]);
  expect(svg).toContain('>10 ×<');
  expect(svg).not.toMatch(/NaN|undefined|counted/);
});

test('what grows is a line for each cost, beside the linear one', () => {
  const growth = [10, 100, 1_000].map((pairs) => ({
    pairs,
    seconds: pairs,
    requests: 2 * pairs,
    workerMb: 90,
  }));
  const svg = drawGrowth(growth);
  expect(svg.match(/<path d="M[^"]*" fill="none"/g)).toHaveLength(4);
  expect(svg).not.toMatch(/NaN|undefined/);
});
