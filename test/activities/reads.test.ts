import { ApplicationFailure } from '@temporalio/common';
import { AivenClient, RequestBudget } from '../../src/aiven';
import { DIALECTS, type Scene, useLab } from './stage';

const LAST = { attempt: 4 };

describe.each(DIALECTS)('the reads before and after the write, in the %s dialect', (dialect) => {
  const scenario = useLab({ dialect });
  const input = ({ pair: { project, primary: service } }: Scene) => ({
    project,
    service,
    recovery: undefined,
  });
  const failing = (it: Scene, retryAfter?: number) =>
    it.lab.addFault({
      match: it.look(0),
      times: 0,
      do: { type: 'status', status: 503, ...(retryAfter === undefined ? {} : { retryAfter }) },
    });

  const found = scenario(async (it) => ({ it, result: await it.attempt().discover(input(it)) }));

  test('discover finds the peer and the dialect, in one or two requests', async () => {
    const { it, result } = await found();
    expect(result).toEqual({ pair: it.pair, requests: { reads: dialect === 'role' ? 1 : 2, writes: 0 } });
  });

  const waiting = scenario(async (it) => {
    const budget = new RequestBudget();
    const client = new AivenClient({ baseUrl: it.lab.baseUrl, token: it.lab.token, budget });
    budget.refused(3_000, 'try again in 3s');
    const result = await it.attempt({}, client).discover(input(it));
    await client.close();
    return { it, result };
  });

  test('waiting for its turn is no failed read, and Temporal hears that the activity lives', async () => {
    const { it, result } = await waiting();
    expect(result).toMatchObject({ pair: it.pair });
    expect(it.heartbeats.length).toBeGreaterThan(0);
  });

  const ready = scenario(async (it) => it.attempt().preflight({ pair: it.pair, confirmed: false }));

  test('preflight needs no more than eight requests', async () => {
    const result = await ready();
    expect(result).toMatchObject({ verdict: 'go', situation: 'recovery-active' });
    expect(result.requests).toEqual({ reads: dialect === 'role' ? 7 : 8, writes: 0 });
  });

  const early = scenario(async (it) => {
    failing(it, 7);
    return Promise.allSettled([
      it.attempt().discover(input(it)),
      it.attempt().preflight({ pair: it.pair, confirmed: false }),
      it.attempt().verify(it.pair),
    ]);
  });

  test('what cannot be read yet asks for another attempt, after the wait that the API asked for', async () => {
    for (const outcome of await early()) {
      const error = outcome.status === 'rejected' ? outcome.reason : undefined;
      expect(error).toBeInstanceOf(ApplicationFailure);
      expect(error).toMatchObject({ type: 'NOT_READABLE_YET', nonRetryable: false });
      const { nextRetryDelay } = error as ApplicationFailure;
      expect(nextRetryDelay).toBeGreaterThanOrEqual(7_000);
      expect(nextRetryDelay).toBeLessThanOrEqual(8_750);
    }
  });

  const last = scenario(async (it) => {
    failing(it);
    return {
      discovery: await it.attempt(LAST).discover(input(it)),
      preflight: await it.attempt(LAST).preflight({ pair: it.pair, confirmed: false }),
      verified: await it.attempt(LAST).verify(it.pair),
    };
  });

  test('what cannot be read on the last attempt is reported as unknown, and blocks', async () => {
    const { discovery, preflight, verified } = await last();
    const checks = 'checks' in discovery ? discovery.checks : [];
    expect(checks.find(({ id }) => id === 'services-exist')).toMatchObject({ verdict: 'unknown' });
    expect(preflight).toMatchObject({ verdict: 'blocked', situation: 'unreadable' });
    expect(verified).toMatchObject({ situation: 'unreadable' });
  });

  const gone = scenario(async (it) => {
    it.labPair.vanish('recovery');
    return it.attempt().preflight({ pair: it.pair, confirmed: false });
  });

  test('what no other attempt can mend is reported at once', async () => {
    expect(await gone()).toMatchObject({ verdict: 'blocked', situation: 'unreadable' });
  });
});

describe.each(DIALECTS)('preflight of a pair at home, in the %s dialect', (dialect) => {
  const scenario = useLab({ dialect, state: 'fresh' });
  const preflight = (it: Scene) => it.attempt().preflight({ pair: it.pair, confirmed: false });

  const settled = scenario(preflight);
  const recent = scenario(async (it) => {
    await it.labPair.switchover();
    await it.labPair.switchback();
    return preflight(it);
  });
  const unsettled = scenario(async (it) => {
    it.labPair.override('recovery', { set: { 'node_states.1.state': 'syncing_data' } });
    return preflight(it);
  });

  test.each([
    { what: 'has been there for long', verdict: 'at-rest', played: settled },
    { what: 'came a moment ago', verdict: 'settle', played: recent },
    { what: 'still settles', verdict: 'settle', played: unsettled },
  ])('$verdict when it $what', async ({ verdict, played }) => {
    expect(await played()).toMatchObject({ verdict });
  });
});
