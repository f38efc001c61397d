import fc from 'fast-check';
import { GOOD_READS, isConfirmed, pauseBeforeNextRead, spanNeeded } from '../../src/rules/polling';

const elapsed = fc.integer({ min: 0, max: 24 * 3_600_000 });
const window = fc.integer({ min: 0, max: 3_600_000 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const reads = fc.integer({ min: 0, max: 100 });

describe('the pause before the next read', () => {
  test('is never shorter than a fifth of a second nor longer than about 5 s', () => {
    fc.assert(
      fc.property(elapsed, reads, window, random, (...args) => {
        const pause = pauseBeforeNextRead(...args);
        expect(pause).toBeGreaterThanOrEqual(180);
        expect(pause).toBeLessThanOrEqual(5_500);
      }),
    );
  });

  test('is at most about a second, or a tenth of the time that has passed', () => {
    fc.assert(
      fc.property(elapsed, reads, window, random, (...args) => {
        expect(pauseBeforeNextRead(...args)).toBeLessThanOrEqual(Math.max(1_100, args[0] / 10));
      }),
    );
  });

  test('is short for the first looks, so that a switch of a second is seen moving, and a second after that', () => {
    const looks: number[] = [];
    for (let at = 0; at < 4_000; at += pauseBeforeNextRead(at, 0, 10_000, 0.5)) looks.push(Math.round(at));
    expect(looks).toEqual([0, 200, 500, 950, 1_625, 2_625, 3_625]);
  });

  test('makes ten looks at most of the 5 s in which nothing is seen to move, however short the settle window', () => {
    let [at, good] = [0, 0];
    while (!isConfirmed(good, at, 0, false)) {
      at += pauseBeforeNextRead(at, good, spanNeeded(0, false), 0.5);
      good += 1;
    }
    expect(good).toBeLessThanOrEqual(10);
  });

  test('keeps near the requests of polling every 5 s once a switch takes long', () => {
    expect(pauseBeforeNextRead(120_000, 0, 10_000, 0.5)).toBe(5_000);
  });

  test('fits three reads into a short settle window, as soon as one was good', () => {
    fc.assert(
      fc.property(
        elapsed,
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 500, max: 5_000 }),
        random,
        (...args) => {
          expect(pauseBeforeNextRead(...args)).toBeLessThanOrEqual(args[2] / 2);
        },
      ),
    );
  });

  test('spreads runs that started together', () => {
    expect(pauseBeforeNextRead(4_000, 0, 10_000, 0)).toBe(900);
    expect(pauseBeforeNextRead(4_000, 0, 10_000, 0.999)).toBeCloseTo(1_100, -1);
  });
});

describe('a goal is confirmed', () => {
  test('never by fewer than three good reads', () => {
    expect(GOOD_READS).toBe(3);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 }),
        elapsed,
        window,
        fc.boolean(),
        (good, span, settleWindow, moved) => {
          expect(isConfirmed(good, span, settleWindow, moved)).toBe(false);
        },
      ),
    );
  });

  test('never before they span the settle window, and twice that, five seconds at least, if nothing was seen to move', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3 }),
        elapsed,
        window,
        fc.boolean(),
        (good, span, settleWindow, moved) => {
          const needed = moved ? settleWindow : Math.max(5_000, 2 * settleWindow);
          expect(isConfirmed(good, span, settleWindow, moved)).toBe(span >= needed);
        },
      ),
    );
  });

  test('by three quick reads only once the switch was seen', () => {
    expect(isConfirmed(3, 300, 0, true)).toBe(true);
    expect(isConfirmed(3, 4_999, 0, false)).toBe(false);
    expect(isConfirmed(3, 5_000, 0, false)).toBe(true);
  });

  test.each([
    [3, 10_000, true, true],
    [3, 9_999, true, false],
    [3, 19_999, false, false],
    [3, 20_000, false, true],
    [2, 60_000, true, false],
  ])('by %d reads over %d ms (seen moving: %s) in a window of 10 s: %s', (good, span, moved, confirmed) => {
    expect(isConfirmed(good, span, 10_000, moved)).toBe(confirmed);
  });
});
