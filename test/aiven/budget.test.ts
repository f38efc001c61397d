import { type Priority, RequestBudget } from '../../src/aiven';
import { evenShare, type Lease, type LeaseAsked } from '../../src/contract/api-budget';
import { failureOf, read, serviceReply, write } from './fixtures';
import { json } from './server';
import { answering } from './setup';

/** Budgets whose waiting lines end with the test. */
const budgets: RequestBudget[] = [];

function budgetOf(options: ConstructorParameters<typeof RequestBudget>[0]): RequestBudget {
  const budget = new RequestBudget(options);
  budgets.push(budget);
  return budget;
}

afterEach(() => {
  for (const budget of budgets.splice(0)) budget.close();
});

/** Takes all that goes at once, so that who comes next has to wait. */
async function exhaust(budget: RequestBudget, perMinute: number): Promise<void> {
  for (let count = evenShare(perMinute, 1).burst; count > 0; count -= 1) await budget.take('check', 1);
}

test('without a budget nobody waits', async () => {
  const budget = budgetOf({});
  for (let count = 0; count < 1_000; count += 1) await budget.take('poll', 1);
  expect(budget.reading).toEqual({ waiting: { write: 0, check: 0, poll: 0 } });
});

test.each([30, 60, 120, 240, 6_000])(
  '%d a minute is kept over any minute, by however many workers',
  (perMinute) => {
    for (const workers of [1, 2, 3, 5]) {
      const { perSecond, burst } = evenShare(perMinute, workers);
      expect(perSecond).toBeGreaterThan(0);
      // Bursts of a write have their least size; few requests a minute do not stand many workers.
      if (workers * 8 <= perMinute)
        expect(workers * (burst + 60 * perSecond)).toBeLessThanOrEqual(perMinute + 1e-9);
    }
  },
);

test('a promotion overtakes a hundred polls, and its requests go together; a check goes before them as well', async () => {
  const waited: Priority[] = [];
  const onGrant = (priority: Priority, ms: number) => {
    if (ms > 0) waited.push(priority);
  };
  const budget = budgetOf({ perMinute: 1_200, onGrant });
  await exhaust(budget, 1_200);
  const polls = Array.from({ length: 100 }, () => budget.take('poll', 1));
  const check = budget.take('check', 1);
  const promotion = budget.take('write', 3);
  await Promise.all([promotion, check]);
  // One poll may have had its turn before the others asked.
  expect(waited.filter((one) => one !== 'poll')).toEqual(['write', 'check']);
  expect(waited.indexOf('check')).toBeLessThan(4);
  budget.close();
  await Promise.all(polls);
});

test('who gives up waiting is told so, and holds up nobody', async () => {
  const budget = budgetOf({ perMinute: 600 });
  await exhaust(budget, 600);
  const stop = new AbortController();
  const gone = budget.take('write', 3, stop.signal);
  const next = budget.take('check', 1);
  stop.abort(new Error('cancelled'));
  await expect(gone).rejects.toThrow('cancelled');
  await next;
  expect(budget.reading.waiting).toEqual({ write: 0, check: 0, poll: 0 });
});

test('a 429 stops all requests for as long as it asks, and teaches the rate that it names', async () => {
  let turnedAway = 0;
  const sentAt: number[] = [];
  const budget = budgetOf({});
  const { client } = await answering(
    (response, request) => {
      sentAt.push(performance.now());
      turnedAway += 1;
      const message = 'Rate limit 120 exceeded - try again in 1s';
      const answer = turnedAway === 1 ? json(429, { message }) : json(200, serviceReply());
      answer(response, request);
    },
    { budget },
  );
  await failureOf(read(client));
  expect(budget.reading.perSecond).toBe(0);
  await write(client);
  expect(Number(sentAt[1]) - Number(sentAt[0])).toBeGreaterThanOrEqual(990);
  expect(budget.perMinute).toBe(120);
});

test('what is paid goes at once, although others wait', async () => {
  const budget = budgetOf({ perMinute: 30 });
  const { client } = await answering(json(200, serviceReply()), { budget });
  await budget.take('write', 4);
  const poll = read(client, { priority: 'poll' });
  poll.catch(() => {});
  await read(client, { priority: 'write', isPaid: true });
  expect(budget.reading.waiting.poll).toBe(1);
  budget.close();
  await poll;
});

describe('with a limiter', () => {
  const share: Lease = { perSecond: 20, burst: 4, pauseMs: 0, workers: 2, askAgainMs: 5_000 };

  test('a busy worker goes by its share, and asks for it once while it counts', async () => {
    const asked: Omit<LeaseAsked, 'worker'>[] = [];
    const lease = async (it: Omit<LeaseAsked, 'worker'>) => {
      asked.push(it);
      return share;
    };
    const budget = budgetOf({ perMinute: 60_000, lease });
    expect(asked).toEqual([]);
    for (let count = 0; count < 10; count += 1) await budget.take('check', 1);
    expect(asked).toEqual([{ perMinute: 60_000, pauseMs: 0 }]);
    expect(budget.reading.perSecond).toBe(20);
  });

  test('what the API asked of another worker counts here, too', async () => {
    const budget = budgetOf({ perMinute: 60_000, lease: async () => ({ ...share, pauseMs: 700 }) });
    const began = performance.now();
    for (let count = 0; count < 5; count += 1) await budget.take('check', 1);
    expect(performance.now() - began).toBeGreaterThanOrEqual(690);
  });

  test('that cannot be reached, a worker goes on with a quarter', async () => {
    const told: unknown[] = [];
    const lease = async () => {
      throw new Error('away');
    };
    const budget = budgetOf({ perMinute: 2_400, lease, onLimiter: (error) => told.push(error) });
    for (let count = 0; count < 10; count += 1) await budget.take('check', 1);
    expect(budget.reading.perSecond).toBe(10);
    expect(told).toEqual([new Error('away')]);
  });
});
