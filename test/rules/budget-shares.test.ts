import { type BudgetState, evenShare, LEASE_MS } from '../../src/contract/api-budget';
import { grant, isIdle, isLeaseAsked, viewOf } from '../../src/rules/budget-shares';

const NOBODY: BudgetState = { leases: [], pausedUntil: 0 };
const ask = (state: BudgetState, worker: string, at: number, perMinute = 240, pauseMs = 0) =>
  grant(state, { worker, perMinute, pauseMs }, at);
const total = ({ leases }: BudgetState) => leases.reduce((sum, { perSecond }) => sum + perSecond, 0);

test('a worker alone has all of it', () => {
  expect(ask(NOBODY, 'a', 0).lease).toMatchObject({ ...evenShare(240, 1), workers: 1, pauseMs: 0 });
});

test('a newcomer gets what the others leave, and asks again soon; then both have the same', () => {
  const first = ask(NOBODY, 'a', 0);
  const newcomer = ask(first.state, 'b', 100);
  expect(newcomer.lease).toMatchObject({ perSecond: 0, workers: 2, askAgainMs: 1_000 });
  const shrunk = ask(newcomer.state, 'a', 5_000);
  const both = ask(shrunk.state, 'b', 5_100);
  expect(shrunk.lease.perSecond).toBe(evenShare(240, 2).perSecond);
  expect(both.lease).toMatchObject({ perSecond: evenShare(240, 2).perSecond, askAgainMs: 5_000 });
});

test('however they come and go, all together never have more than there is', () => {
  const all = evenShare(240, 1).perSecond + 1e-9;
  let state = NOBODY;
  for (let step = 0; step < 500; step += 1) {
    // Any order will do that is not a regular one.
    const worker = 'abcdefg'[(step * step + (step % 5)) % 7] ?? 'a';
    ({ state } = ask(state, worker, step * 1_700));
    expect(total(state)).toBeLessThanOrEqual(all);
  }
});

test('the share of one that died ends by itself', () => {
  const { state } = ask(ask(NOBODY, 'a', 0).state, 'b', 100);
  expect(ask(state, 'b', LEASE_MS + 1).lease).toMatchObject({ ...evenShare(240, 1), workers: 1 });
});

test('the smallest budget that a busy worker knows of counts, and so does the wait that the API asked of any', () => {
  const learned = ask(ask(NOBODY, 'a', 0, 600).state, 'b', 100, 120, 28_000);
  const { lease } = ask(learned.state, 'a', 5_000, 600);
  expect(lease).toMatchObject({ perSecond: evenShare(120, 2).perSecond, pauseMs: 23_100 });
  expect(viewOf(learned.state, 5_000)).toEqual({ perMinute: 120, workers: 2 });
});

test('it is idle once no share counts any more and no wait is left', () => {
  const { state } = ask(NOBODY, 'a', 0, 240, 20_000);
  expect([isIdle(state, LEASE_MS), isIdle(state, 20_000)]).toEqual([false, true]);
  expect(viewOf(state, LEASE_MS)).toEqual({ workers: 0 });
});

test('what no worker would ask is refused', () => {
  const asked = { worker: 'a', perMinute: 120, pauseMs: 0 };
  expect(isLeaseAsked(asked)).toBe(true);
  const odd = [
    { worker: 1 },
    { worker: 'x'.repeat(1_000) },
    { perMinute: 0 },
    { perMinute: Number.NaN },
    { perMinute: '120' },
    { pauseMs: -1 },
    { pauseMs: 3_600_000 },
  ];
  for (const change of odd) expect(isLeaseAsked({ ...asked, ...change })).toBe(false);
  for (const nothing of [undefined, null, 7, 'x', []]) expect(isLeaseAsked(nothing)).toBe(false);
});
