import type { LagSample } from '../../src/contract/lag';
import { describeLoss, isWithin } from '../../src/contract/lag';
import { lagOf } from '../../src/rules/lag';

const BEGIN = Date.parse('2026-11-22T03:00:00.000Z');

/** A look so many seconds after the begin. */
function look(second: number, written: number, replayed: number, more: Partial<LagSample> = {}): LagSample {
  return {
    at: new Date(BEGIN + second * 1_000).toISOString(),
    activeLsn: String(written),
    replayLsn: String(replayed),
    bytes: Math.max(0, written - replayed),
    paused: false,
    ...more,
  };
}

test('nobody has looked: it is not known', () => {
  expect(lagOf([])).toMatchObject({ problem: expect.stringMatching(/./) });
});

test('of one look there is no trend', () => {
  expect(lagOf([look(0, 5_000, 1_000, { seconds: 2.345 })])).toEqual({
    at: '2026-11-22T03:00:00.000Z',
    bytes: 4_000,
    seconds: 2.3,
    paused: false,
  });
});

test('shrinking: by so many bytes per second, and over in so many seconds', () => {
  const lag = lagOf([look(0, 10_000, 1_000), look(1, 10_500, 2_500), look(2, 11_000, 4_000)]);
  expect(lag).toMatchObject({ bytes: 7_000, drainRate: 1_000, etaSeconds: 7 });
});

test('the line that fits best, not the last step', () => {
  const lag = lagOf([0, 1, 2, 3, 4].map((n) => look(n, 10_000, n * 1_000 + (n === 4 ? -300 : 0))));
  expect(lag.drainRate).toBe(940);
});

test('growing: a negative rate, and no end', () => {
  const lag = lagOf([look(0, 2_000, 1_000), look(2, 5_000, 2_000)]);
  expect(lag.drainRate).toBe(-1_000);
  expect(lag).not.toHaveProperty('etaSeconds');
});

test('standing still: no end either', () => {
  const lag = lagOf([look(0, 2_000, 1_000), look(2, 2_000, 1_000, { paused: true })]);
  expect(lag).toMatchObject({ drainRate: 0, paused: true });
  expect(Object.is(lag.drainRate, 0)).toBe(true);
  expect(lag).not.toHaveProperty('etaSeconds');
});

test('what is older than half a minute is no trend any more', () => {
  const lag = lagOf([look(0, 90_000_000, 0), look(31, 3_000, 1_000), look(32, 3_000, 2_000)]);
  expect(lag).toMatchObject({ drainRate: 1_000, etaSeconds: 1 });
});

test('looks at one moment, or without an amount, make no trend', () => {
  expect(lagOf([look(1, 9_000, 1_000), look(1, 9_000, 2_000)])).not.toHaveProperty('drainRate');
  const { bytes: _, ...failed } = look(0, 9_000, 1_000);
  expect(lagOf([failed, look(1, 9_000, 2_000)])).not.toHaveProperty('drainRate');
});

test('an idle source: what is replayed now was written at an earlier look, so the age of its last transaction does not count', () => {
  const hours = 7_200;
  expect(lagOf([look(0, 1_000, 900, { seconds: hours })]).seconds).toBe(hours);
  expect(lagOf([look(0, 1_000, 900), look(2, 1_100, 1_000, { seconds: hours })]).seconds).toBe(2);
  expect(lagOf([look(0, 1_000, 900), look(2, 1_100, 999, { seconds: hours })]).seconds).toBe(hours);
  expect(lagOf([look(0, 1_000, 900), look(2, 1_100, 1_000, { seconds: 0.3 })]).seconds).toBe(0.3);
});

test('the newest of the earlier looks bounds it best, and a position beyond 2^53 is compared exactly', () => {
  const far = 2n ** 60n;
  const at = (second: number, written: bigint, replayed: bigint) => ({
    ...look(second, 0, 0, { seconds: 99 }),
    activeLsn: String(written),
    replayLsn: String(replayed),
  });
  const looks = [at(0, far - 9n, 0n), at(5, far, 0n), at(6, far + 1n, 0n), at(8, far + 9n, far)];
  expect(lagOf(looks).seconds).toBe(3);
});

test('an age without any transaction: known as soon as an earlier look is replayed', () => {
  expect(lagOf([look(0, 1_000, 900)])).not.toHaveProperty('seconds');
  expect(lagOf([look(0, 1_000, 900), look(4, 1_100, 1_050)]).seconds).toBe(4);
});

test('what could not be asked is the problem, unless the amount is known all the same', () => {
  const { bytes: _, ...rest } = look(0, 1_000, 900);
  expect(lagOf([{ ...rest, problem: 'no answer (timeout)' }])).toMatchObject({
    problem: 'no answer (timeout)',
  });
  expect(lagOf([look(0, 1_000, 900, { problem: 'asked the active side only' })])).not.toHaveProperty(
    'problem',
  );
});

test('a side that cannot be asked is never within a limit, however young the last replayed transaction is', () => {
  const { bytes: _, activeLsn: __, ...rest } = look(1, 1_000, 900, { seconds: 0.2 });
  const lag = lagOf([look(0, 900, 900), { ...rest, problem: 'recovery: no session (timeout)' }]);
  expect(lag).toMatchObject({ seconds: 0.2, problem: 'recovery: no session (timeout)' });
  expect(isWithin(lag, { seconds: 5 })).toBe(false);
});

describe('what would be lost', () => {
  const good = lagOf([look(0, 5_000, 2_952, { seconds: 4, activeXid: '770', replayXid: '758' })]);

  test('is what is not replayed: transactions, WAL, age', () => {
    expect(describeLoss(good)).toBe('at most 12 transactions, 2.0 kB of WAL, 4.0 s');
    expect(describeLoss(lagOf([look(0, 5_000, 5_000)]))).toBe('nothing is outstanding');
  });

  test('is unknown where one side could not be asked, with the last that was measured, and when', () => {
    const blind = lagOf([
      { at: new Date(BEGIN).toISOString(), seconds: 42, problem: 'primary: connection refused' },
    ]);
    const age = 'the newest transaction that was replayed is 42 s old';
    expect(describeLoss(blind)).toBe(
      `unknown (primary: connection refused; ${age}; this run never measured it)`,
    );
    expect(describeLoss(blind, good)).toBe(
      `unknown (primary: connection refused; ${age}; at 2026-11-22T03:00:00.000Z it was at most 12 transactions, 2.0 kB of WAL, 4.0 s)`,
    );
    expect(describeLoss(undefined)).toBe('unknown (no database was asked)');
  });
});
