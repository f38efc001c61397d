import type { TimelineEntry } from '../../src/contract/report';
import { fitting, fittingTimeline } from '../../src/workflows/budget';

const entry = (event: string): TimelineEntry => ({
  at: '2026-11-26T03:00:00.000Z',
  phase: 'converge',
  event,
});

test('a timeline of 10,000 long entries fits into a quarter of a megabyte, and says what is left out', () => {
  const timeline = Array.from({ length: 10_000 }, (_, index) => entry(`${index} ${'x'.repeat(5_000)}`));
  const fits = fittingTimeline(timeline);
  expect(JSON.stringify(fits).length).toBeLessThan(256 * 1024);
  expect(fits[50]?.event).toBe('… 9700 entries are left out here; the history has them');
  expect(fits[0]?.event).toMatch(/^0 x+…$/);
  expect(fits.at(-1)?.event).toMatch(/^9999 x/);
});

test('a short one is as it is', () => {
  expect(fittingTimeline([entry('a'), entry('b')])).toEqual([entry('a'), entry('b')]);
});

test('of other lists the first and the newest are kept', () => {
  const fits = fitting(Array.from({ length: 1_000 }, (_, index) => index));
  expect(fits).toHaveLength(300);
  expect([fits[0], fits.at(-1)]).toEqual([0, 999]);
});
