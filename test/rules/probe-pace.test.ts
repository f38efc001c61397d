import fc from 'fast-check';
import { intervalAt, pauseAfter } from '../../src/rules/probe/pace';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('the rate holds for half an hour, then it is one row per second', () => {
  expect(intervalAt(20, 0)).toBe(50);
  expect(intervalAt(20, 30 * 60_000 - 1)).toBe(50);
  expect(intervalAt(20, 30 * 60_000)).toBe(1_000);
  expect(intervalAt(1, 0)).toBe(1_000);
});

test('a lost connection is tried again within 250 ms, however often it failed, and never in a tight loop', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), random, (failures, chance) => {
      const pause = pauseAfter(failures, '57P01', chance);
      expect(pause).toBeGreaterThanOrEqual(25);
      expect(pause).toBeLessThanOrEqual(250);
    }),
  );
  expect(pauseAfter(1, 'ECONNREFUSED', 0.999)).toBeLessThanOrEqual(50);
});

test.each(['28P01', '42P01', '42501', '3D000', 'no-password', 'not-configured'])(
  'what is set up wrongly (%s) is tried at most twice a second',
  (code) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), random, (failures, chance) => {
        expect(pauseAfter(failures, code, chance)).toBeGreaterThanOrEqual(500);
      }),
    );
  },
);

test.each(['25006', '57P01', '57P03', 'ECONNREFUSED', 'timeout', 'connection-lost', 'ENOTFOUND'])(
  'what a role change does (%s) is no such thing',
  (code) => expect(pauseAfter(9, code, 0)).toBeLessThan(500),
);
