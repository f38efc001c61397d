import { BUDGET_QUERY, type BudgetView } from '../../src/contract/api-budget';
import { budgetIdOf } from '../../src/hosting/api-budget';
import { Harness, poll, QUICK, quieten } from './harness';

const PAIRS = 8;
/** All that one budget of 240 a minute lets through in 10 s: 24 at once, 4 of a second worker, and 3.4 a second. */
const LIMIT = { requests: 72, perMs: 10_000 };

jest.setTimeout(120_000);

let harness: Harness;

beforeAll(async () => {
  quieten();
  harness = await Harness.open({ pairs: PAIRS, serviceList: true, rateLimit: LIMIT });
  const { token } = harness.lab;
  await harness.startWorker(token, undefined, undefined, { perMinute: 240, text: '4/s' });
  await harness.startWorker(token, undefined, undefined, { perMinute: 240, text: '4/s' });
});
afterAll(() => harness?.close());

test('many runs of two workers keep one budget: none is turned away, and all come home', async () => {
  const { lab, temporal } = harness;
  const runs = lab.pairs.map(async ({ primary: service }) => {
    const handle = await harness.startWith({ project: lab.project, service, ...QUICK });
    return handle.result();
  });
  const limiter = temporal.workflow.getHandle(budgetIdOf(lab.baseUrl, lab.token));
  const shared = poll(
    'both workers share the budget',
    () => limiter.query<BudgetView>(BUDGET_QUERY),
    ({ workers }) => workers === 2,
  );
  const reports = await Promise.all(runs);
  for (const report of reports) expect(report).toMatchObject({ outcome: 'switched-back' });
  const turnedAway = lab.requests().filter(({ status }) => status === 429);
  expect(turnedAway).toEqual([]);
  expect(lab.requests().filter(({ effect }) => effect === 'role-change')).toHaveLength(PAIRS);
  expect(await shared).toEqual({ perMinute: 240, workers: 2 });
  const { historyLength } = await limiter.describe();
  expect(historyLength).toBeLessThan(100 + lab.requests().length);
  await limiter.terminate();
});
