import { FleetScene, tally } from './fleet-scene';
import { useHarness } from './harness';

const { scenario } = useHarness({ dialect: 'role', pairs: 102, serviceList: true });
const BROKEN = [10, 20, 30];

const region = scenario(async ({ harness }) => {
  const it = new FleetScene(harness, 100);
  for (const index of BROKEN) it.breaks(index);
  await it.start({ concurrency: 20, waves: { canary: 1, sizes: [9, 90] }, budget: { total: 2 } });
  const parked = await it.until(
    'it is parked and nothing runs',
    ({ phase, counts }) => phase === 'needs-operator' && counts.running === 0,
  );
  const roles = it.pairs.map((pair) => `${pair.status().primary.role}/${pair.status().recovery.role}`);
  const entries = await it.entries();
  for (const index of BROKEN) it.mends(index);
  await it.tell('retry');
  return { parked, rolesThen: roles, entries, ...(await it.end()) };
});

test('a hundred pairs, three of which fail, with a budget of two: it stops, and none is half-switched', async () => {
  const { parked, rolesThen, entries } = await region();
  expect(parked.counts.failed).toBe(3);
  expect(parked.counts.waiting).toBeGreaterThan(0);
  const states = entries.map(({ state }) => state);
  // Who is done is home; everybody else is where they were.
  const expected = states.map((state, index) => {
    if (state === 'done') return 'active/passive';
    return BROKEN.includes(index) ? 'passive/failed' : 'passive/active';
  });
  expect(rolesThen).toEqual(expected);
  expect(tally(states).running).toBeUndefined();
});

test('and goes on after a retry, to the last of them, with one promotion each', async () => {
  const { report, roles, promotions } = await region();
  expect(report).toMatchObject({ outcome: 'completed', counts: { total: 100, done: 100 } });
  expect(tally(roles)).toEqual({ 'active/passive': 100 });
  expect(tally(promotions.map(String))).toEqual({ 1: 100 });
});

// So many pairs take their time beside other tests.
jest.setTimeout(400_000);
