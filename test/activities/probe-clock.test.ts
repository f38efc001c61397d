import { ProbeClock } from '../../src/observe/probe-clock';

const MOMENT = Date.parse('2026-11-22T03:00:00.000Z');

afterEach(() => jest.useRealTimers());

test('durations do not change when the time of day is set back, or forward', () => {
  jest.useFakeTimers({ doNotFake: ['performance'], now: MOMENT });
  const clock = new ProbeClock();
  jest.setSystemTime(MOMENT - 3_600_000);
  const back = clock.now();
  jest.setSystemTime(MOMENT + 3_600_000);
  const forward = clock.now();
  expect(back.t).toBeGreaterThanOrEqual(0);
  expect(forward.t).toBeGreaterThanOrEqual(back.t);
  expect(forward.t).toBeLessThan(1_000);
  // People are shown the time of day as it is.
  expect(back.at).toBe('2026-11-22T02:00:00.000Z');
});

test('the next attempt counts on by the time of day', () => {
  jest.useFakeTimers({ doNotFake: ['performance'], now: MOMENT + 12_000 });
  const { t } = new ProbeClock({ at: new Date(MOMENT).toISOString(), t: 5_000 }).now();
  expect(t).toBeGreaterThanOrEqual(17_000);
  expect(t).toBeLessThan(17_500);
});

test('a machine whose clock is behind does not make time go back', () => {
  jest.useFakeTimers({ doNotFake: ['performance'], now: MOMENT - 60_000 });
  const { t } = new ProbeClock({ at: new Date(MOMENT).toISOString(), t: 5_000 }).now();
  expect(t).toBeGreaterThanOrEqual(5_000);
  expect(t).toBeLessThan(5_500);
});
