import fc from 'fast-check';
import { type FleetPair, pairStates } from '../../../src/contract/fleet';
import type { FailureLimit } from '../../../src/contract/fleet-input';
import { type Outcome, outcomes } from '../../../src/contract/outcome';
import {
  allowed,
  budgetExceeded,
  countsOf,
  needsOf,
  paceOf,
  stateAfter,
  worstFirst,
} from '../../../src/rules/fleet/progress';

const WAVE = { index: 0, name: 'canary' };
const made = (...states: FleetPair['state'][]): FleetPair[] =>
  states.map((state, n) => ({ pair: `p/pg-${n}`, wave: 0, state }));
const failed = (count: number, of: number) =>
  made(...Array.from({ length: of }, (_, n) => (n < count ? ('failed' as const) : ('done' as const))));

test.each<[FailureLimit, number, number]>([
  [{ count: 2 }, 100, 2],
  [{ percent: 5 }, 100, 5],
  [{ percent: 5 }, 19, 0],
  [{ percent: 100 }, 7, 7],
])('%j of %i pairs lets %i fail', (limit, total, expected) => {
  expect(allowed(limit, total)).toBe(expected);
});

test.each<[string, FleetPair[], { wave?: FailureLimit; total: FailureLimit }, string | undefined]>([
  [
    'the first failure, when none may',
    failed(1, 5),
    { total: { count: 0 } },
    '1 pair failed, and 0 of 5 may',
  ],
  ['as many as may', failed(2, 5), { total: { count: 2 } }, undefined],
  ['one more than may', failed(3, 5), { total: { count: 2 } }, '3 pairs failed, and 2 of 5 may'],
  [
    'a wave that has more than it may',
    [...failed(2, 4), { pair: 'p/x', wave: 1, state: 'waiting' }],
    { wave: { percent: 25 }, total: { count: 9 } },
    '2 pairs of canary failed, and 1 of 4 may',
  ],
  [
    'failures of another wave',
    failed(2, 4).map((one) => ({ ...one, wave: 1 })),
    { wave: { count: 0 }, total: { count: 9 } },
    undefined,
  ],
])('the budget: %s', (_, pairs, { wave, total }, expected) => {
  expect(budgetExceeded(pairs, WAVE, { wave, total }, new Set())).toBe(expected);
});

test('a failure that somebody has answered for no longer counts', () => {
  const pairs = failed(2, 5);
  const forgiven = new Set(['p/pg-0', 'p/pg-1']);
  expect(budgetExceeded(pairs, WAVE, { wave: undefined, total: { count: 0 } }, forgiven)).toBeUndefined();
});

test('the end of a run makes a pair done exactly when the run completes', () => {
  for (const outcome of Object.keys(outcomes) as Outcome[]) {
    expect(stateAfter({ outcome }, false)).toBe(outcomes[outcome].completes ? 'done' : 'failed');
  }
  expect(stateAfter({ code: 'NO_REPORT' }, false)).toBe('failed');
});

test('a pair is stopped when the fleet has asked for it and nothing was written', () => {
  const aborted = { outcome: 'aborted', code: 'ABORTED' } as const;
  expect(stateAfter(aborted, true)).toBe('stopped');
  // Somebody else has aborted it.
  expect(stateAfter(aborted, false)).toBe('failed');
  // It was past its point of no return.
  expect(stateAfter({ outcome: 'switched-back' }, true)).toBe('done');
  expect(stateAfter({ outcome: 'given-up', code: 'GIVEN_UP' }, true)).toBe('failed');
});

test('the pace is that of the newest ones that were done, wave after wave', () => {
  const ten = (state: FleetPair['state'], wave: number, tookMs?: number) =>
    Array.from(
      { length: 10 },
      (_, n): FleetPair => ({
        pair: `p/${wave}-${n}`,
        wave,
        state,
        ...(tookMs === undefined ? {} : { tookMs }),
      }),
    );
  expect(paceOf(ten('waiting', 0), 5, 0)).toBeUndefined();
  expect(paceOf(ten('done', 0, 6_000), 5, 60_000)).toBeUndefined();
  const pairs = [...ten('done', 0, 6_000), ...ten('waiting', 1), ...ten('waiting', 2)];
  expect(paceOf(pairs, 5, 60_000)).toEqual({ perMinute: 10, remainingMs: 24_000 });
  // One that was blocked at once says nothing of how long the others take.
  expect(paceOf([...pairs, ...ten('failed', 0, 100)], 5, 60_000)?.remainingMs).toBe(24_000);
});

test('those first that need a person first, each with what to type', () => {
  const pairs: FleetPair[] = [
    {
      pair: 'p/blocked',
      wave: 0,
      state: 'failed',
      outcome: 'blocked',
      code: 'BLOCKED',
      note: 'Nothing was written.',
    },
    { pair: 'p/waits', wave: 0, state: 'running', asks: 'approval' },
    { pair: 'p/goes-on', wave: 0, state: 'running' },
    { pair: 'p/stuck', wave: 0, state: 'running', asks: 'needs-operator' },
    { pair: 'p/lost', wave: 0, state: 'failed', code: 'NO_REPORT' },
    { pair: 'p/home', wave: 0, state: 'done' },
  ];
  const needs = needsOf(pairs, 'home');
  expect(needs.map(({ pair, urgency }) => `${pair} ${urgency}`)).toEqual([
    'p/stuck urgent',
    'p/lost urgent',
    'p/waits asks',
    'p/blocked failed',
  ]);
  expect(needs[1]?.why).toBe('it ended as NO_REPORT');
  expect(needs[3]?.command).toMatch(/^switchback fleet retry home --pair p\/blocked --by /);
});

test('the worst first: what is in nobody’s hands, then failures, then lost rows, then the longest gap', () => {
  const pairs: FleetPair[] = [
    { pair: 'short', wave: 0, state: 'done', gapMs: 1, lostRows: 0 },
    { pair: 'long', wave: 0, state: 'done', gapMs: 9, lostRows: 0 },
    { pair: 'lossy', wave: 0, state: 'done', gapMs: 2, lostRows: 3 },
    { pair: 'waiting', wave: 0, state: 'waiting' },
    { pair: 'blocked', wave: 0, state: 'failed', outcome: 'blocked' },
    { pair: 'given-up', wave: 0, state: 'failed', outcome: 'given-up' },
  ];
  const order = worstFirst(pairs).map(({ pair }) => pair);
  expect(order).toEqual(['given-up', 'blocked', 'lossy', 'long', 'short', 'waiting']);
});

test('counts are those of the pairs, and no order loses one', () => {
  const states = fc.array(fc.constantFrom(...pairStates), { maxLength: 200 });
  fc.assert(
    fc.property(states, (list) => {
      const pairs = made(...list);
      const { total, ...counts } = countsOf(pairs);
      expect(total).toBe(list.length);
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(total);
      expect(
        worstFirst(pairs)
          .map(({ pair }) => pair)
          .sort(),
      ).toEqual(pairs.map(({ pair }) => pair).sort());
    }),
  );
});
