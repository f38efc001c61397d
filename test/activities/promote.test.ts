import type { FaultInput } from '../../lab/src/lab';
import { AivenClient, RequestBudget } from '../../src/aiven';
import type { PromoteOutcome, PromoteResult } from '../../src/contract/write';
import { DIALECTS, type Scene, useLab } from './stage';

const promotePrimary = (it: Scene, expected: Record<string, string>) =>
  it.attempt().promote({ pair: it.pair, target: 'primary', expected });

interface Played {
  it: Scene;
  result: PromoteResult;
}

describe.each(DIALECTS)('promote, in the %s dialect', (dialect) => {
  const scenario = useLab({ dialect });
  const looks = dialect === 'role' ? 2 : 3;
  const given = (arrange: (it: Scene) => unknown, target: 'primary' | 'recovery' = 'primary') =>
    scenario(async (it): Promise<Played> => {
      const expected = target === 'primary' ? await it.checked() : undefined;
      await arrange(it);
      return { it, result: await it.attempt().promote({ pair: it.pair, target, expected }) };
    });
  const onWrite = (action: FaultInput['do']) => (it: Scene) =>
    it.lab.addFault({ match: { method: 'PUT', service: it.pair.primary }, do: action });

  const plain = given(() => undefined);

  test('reads both services, then writes once', async () => {
    const { it, result } = await plain();
    expect(result).toMatchObject({ outcome: 'accepted', situation: 'recovery-active' });
    expect(result.requests).toEqual({ reads: looks, writes: 1 });
    expect(it.requests.map(({ method }) => method)).toEqual([...Array(looks).fill('GET'), 'PUT']);
    expect(it.writes).toMatchObject([{ service: it.pair.primary, effect: 'role-change' }]);
  });

  const twice = scenario(async (it) => {
    const expected = await it.checked();
    await promotePrimary(it, expected);
    const second = await promotePrimary(it, expected);
    await it.labPair.settled();
    return { it, second, third: await promotePrimary(it, expected) };
  });

  test('reads again on every attempt, and writes no second time', async () => {
    const { it, second, third } = await twice();
    for (const again of [second, third]) {
      expect(again).toMatchObject({ outcome: 'not-needed', requests: { reads: looks, writes: 0 } });
    }
    expect(it.writes).toHaveLength(1);
  });

  const unmoved: {
    what: string;
    outcome: PromoteOutcome;
    situation: string;
    played: () => Promise<Played>;
  }[] = [
    {
      what: 'both are active',
      outcome: 'not-needed',
      situation: 'both-active',
      played: given((it) => it.labPair.set('primary', { role: 'active' })),
    },
    {
      what: 'none is active',
      outcome: 'not-allowed',
      situation: 'none-active',
      played: given((it) => it.labPair.set('recovery', { role: 'passive' })),
    },
    {
      what: 'a node is not running',
      outcome: 'not-allowed',
      situation: 'moving',
      played: given((it) => it.labPair.override('recovery', { set: { 'node_states.0.state': 'leaving' } })),
    },
    {
      what: 'the primary is rebuilt',
      outcome: 'not-allowed',
      situation: 'moving',
      played: given((it) => it.labPair.set('primary', { state: 'REBUILDING' })),
    },
    {
      what: 'the primary has failed',
      outcome: 'not-allowed',
      situation: 'failed-over',
      played: given((it) => it.labPair.set('primary', { role: 'failed' })),
    },
    {
      what: 'the recovery service has failed',
      outcome: 'not-allowed',
      situation: 'recovery-failed',
      played: given((it) => it.labPair.set('recovery', { role: 'failed' })),
    },
    {
      what: 'they are no pair',
      outcome: 'not-allowed',
      situation: 'not-a-pair',
      played: given((it) => it.labPair.override('recovery', { set: { service_integrations: [] } })),
    },
    {
      what: 'a role is not known',
      outcome: 'not-allowed',
      situation: 'unreadable',
      played: given((it) => it.labPair.override('primary', { set: { disaster_recovery_role: 'sleeping' } })),
    },
    {
      what: 'a state is not known',
      outcome: 'not-allowed',
      situation: 'unreadable',
      played: given((it) => it.labPair.override('recovery', { set: { state: 'DREAMING' } })),
    },
    {
      what: 'a service is gone',
      outcome: 'not-allowed',
      situation: 'unreadable',
      played: given((it) => it.labPair.vanish('recovery')),
    },
    {
      what: 'a service cannot be read now',
      outcome: 'not-applied',
      situation: 'unreadable',
      played: given((it) => it.lab.addFault({ match: it.look(0), do: { type: 'status', status: 502 } })),
    },
  ];

  test.each(unmoved)('sends nothing when $what: $outcome', async ({ outcome, situation, played }) => {
    const { it, result } = await played();
    expect(result).toMatchObject({ outcome, situation, requests: { reads: looks, writes: 0 } });
    expect(it.writes).toEqual([]);
  });

  const uncertain: { what: string; applied: boolean; played: () => Promise<Played> }[] = [
    { what: 'the reply is lost', applied: true, played: given(onWrite({ type: 'lose-reply' })) },
    { what: 'the reply is cut', applied: true, played: given(onWrite({ type: 'cut-json' })) },
    {
      what: 'a 500 follows it',
      applied: true,
      played: given(onWrite({ type: 'status', status: 500, when: 'after' })),
    },
    { what: 'a 500 precedes it', applied: false, played: given(onWrite({ type: 'status', status: 500 })) },
    { what: 'the connection breaks', applied: false, played: given(onWrite({ type: 'reset' })) },
    { what: 'a proxy answers 403', applied: false, played: given(onWrite({ type: 'html', status: 403 })) },
  ];

  test.each(uncertain)('does not know what became of the write when $what', async ({ applied, played }) => {
    const { it, result } = await played();
    expect(result).toMatchObject({ outcome: 'unknown', requests: { writes: 1 } });
    expect(result.detail).toMatch(/^PUT /);
    expect(it.writes).toMatchObject([{ effect: applied ? 'role-change' : 'none' }]);
  });

  const slow = scenario(async (it) => {
    const expected = await it.checked();
    // The limit holds for the reads before the write too: a busy machine must not reach it there.
    onWrite({ type: 'delay', delayMs: 20_000, when: 'after' })(it);
    const { baseUrl, token } = it.lab;
    const impatient = new AivenClient({ baseUrl, token, requestTimeoutMs: 6_000 });
    const result = await it.attempt({}, impatient).promote({ pair: it.pair, target: 'primary', expected });
    await impatient.close();
    return { it, result };
  });

  test('nor when no reply comes in time', async () => {
    const { it, result } = await slow();
    expect(result.outcome).toBe('unknown');
    expect(it.writes).toMatchObject([{ effect: 'role-change' }]);
  });

  const refusals = [400, 401, 403, 404, 409].map((status) => ({
    status,
    played: given((it) => {
      const { primary: service } = it.pair;
      it.lab.addFault({
        match: { method: 'PUT', service },
        do: { type: 'change', change: { kind: 'set', service, state: 'REBALANCING' } },
      });
      onWrite({ type: 'status', status, message: 'Not this time' })(it);
    }),
  }));

  test.each(refusals)('is refused for good with $status, and then reads what is true', async ({ played }) => {
    const { it, result } = await played();
    expect(result).toMatchObject({ outcome: 'refused', situation: 'moving' });
    expect(result.detail).toMatch(/Not this time/);
    expect(result.requests).toEqual({ reads: 2 * looks, writes: 1 });
    expect(it.requests.at(-1)?.method).toBe('GET');
  });

  const throttled = given(onWrite({ type: 'status', status: 429 }));

  test('says how long the API asks to wait when it is turned away with 429', async () => {
    const { it, result } = await throttled();
    expect(result).toMatchObject({ outcome: 'not-applied' });
    expect(result.retryAfterMs).toBeGreaterThanOrEqual(28_000);
    expect(it.writes).toMatchObject([{ effect: 'none' }]);
  });

  const unreachable = scenario(async (it) => {
    const nobody = new AivenClient({ baseUrl: 'http://127.0.0.1:1', token: it.lab.token });
    const result = await it.attempt({}, nobody).promote({ pair: it.pair, target: 'primary', expected: {} });
    await nobody.close();
    return result;
  });

  test('knows that nothing was sent when nobody listens', async () => {
    expect(await unreachable()).toMatchObject({
      outcome: 'not-applied',
      situation: 'unreadable',
      requests: { writes: 0 },
    });
  });

  const undo = given((it) => it.labPair.set('recovery', { role: 'passive' }), 'recovery');

  test('makes the recovery service active where the table allows it', async () => {
    const { it, result } = await undo();
    expect(result.outcome).toBe('accepted');
    expect(it.writes).toMatchObject([{ service: it.pair.recovery, effect: 'role-change' }]);
  });

  const cancelledBefore = scenario(async (it) => {
    it.lab.addFault({ match: it.look(0), do: { type: 'delay', delayMs: 2_000 } });
    const attempt = it.attempt();
    const result = attempt.promote({ pair: it.pair, target: 'primary', expected: {} });
    result.catch(() => undefined);
    await untilSeen(it, 1);
    attempt.cancel();
    return { it, settled: await Promise.allSettled([result]) };
  });

  const unrecorded = scenario(async (it) => {
    const expected = await it.checked();
    const attempt = it.attempt({}, undefined, () => Promise.reject(new Error('no server')));
    return { it, result: await attempt.promote({ pair: it.pair, target: 'primary', expected }) };
  });

  test('sends nothing when Temporal does not take down that it is about to', async () => {
    const { it, result } = await unrecorded();
    expect(result).toMatchObject({ outcome: 'not-applied', requests: { writes: 0 } });
    expect(result.detail).toContain('did not take down that the write is about to leave (no server)');
    expect(it.writes).toEqual([]);
  });

  const inOrder = scenario(async (it) => {
    const expected = await it.checked();
    let before: number | undefined;
    const attempt = it.attempt({}, undefined, async () => {
      before = it.writes.length;
    });
    await attempt.promote({ pair: it.pair, target: 'primary', expected });
    return { before, after: it.writes.length };
  });

  const refusedAndStopped = scenario(async (it) => {
    const expected = await it.checked();
    onWrite({ type: 'status', status: 403, message: 'Read-only token' })(it);
    it.lab.addFault({ match: it.look(1), do: { type: 'delay', delayMs: 5_000 } });
    const attempt = it.attempt();
    const result = attempt.promote({ pair: it.pair, target: 'primary', expected });
    // The second look, the write, and the look after it.
    await untilSeen(it, looks + 2);
    attempt.cancel();
    return { it, result: await result };
  });

  test('told to stop while it looks again after a refusal: says that it was refused, not that nothing was sent', async () => {
    const { it, result } = await refusedAndStopped();
    expect(result).toMatchObject({ outcome: 'refused', requests: { writes: 1 } });
    expect(it.writes).toHaveLength(1);
  });

  const queued = scenario(async (it) => {
    const expected = await it.checked();
    /** How many requests there had been of this attempt, each time that its turn came. */
    const turns: number[] = [];
    const onGrant = (priority: string) => {
      if (priority === 'write') turns.push(it.requests.length);
    };
    const budget = new RequestBudget({ perMinute: 120, onGrant });
    const client = new AivenClient({ baseUrl: it.lab.baseUrl, token: it.lab.token, budget });
    // Twelve go at once, and one more every half a second.
    const polls = Array.from({ length: 40 }, () => client.getMe({ priority: 'poll' }));
    const result = await it.attempt({}, client).promote({ pair: it.pair, target: 'primary', expected });
    const waiting = budget.reading.waiting.poll;
    budget.close();
    await Promise.all(polls);
    await client.close();
    return { it, result, turns, waiting };
  });

  test('where requests wait for their turn, takes all of its turns before it looks, and overtakes polls', async () => {
    const { it, result, turns, waiting } = await queued();
    expect(result).toMatchObject({ outcome: 'accepted', requests: { reads: looks, writes: 1 } });
    expect(turns).toEqual([0]);
    expect(it.requests).toHaveLength(looks + 1);
    expect(waiting).toBeGreaterThan(0);
  });

  test('has recorded that it is about to send before it sends', async () => {
    expect(await inOrder()).toEqual({ before: 0, after: 1 });
  });

  test('told to stop while it reads: fails as one that has sent nothing', async () => {
    const { it, settled } = await cancelledBefore();
    expect(settled).toMatchObject([{ status: 'rejected', reason: { type: 'NOTHING_SENT' } }]);
    expect(it.writes).toEqual([]);
  });

  const cancelledDuring = scenario(async (it) => {
    const expected = await it.checked();
    onWrite({ type: 'delay', delayMs: 2_000, when: 'after' })(it);
    const attempt = it.attempt();
    const result = attempt.promote({ pair: it.pair, target: 'primary', expected });
    await untilSeen(it, looks + 1);
    attempt.cancel();
    return { it, result: await result };
  });

  test('cancelled while it writes: reports that the write may have been applied', async () => {
    const { it, result } = await cancelledDuring();
    expect(result).toMatchObject({ outcome: 'unknown', requests: { writes: 1 } });
    expect(it.writes).toHaveLength(1);
  });

  test('never tells the token', async () => {
    const { it, result } = await plain();
    const refused = await refusals[1]?.played();
    expect(JSON.stringify([result, refused?.result])).not.toContain(it.lab.token);
  });
});

/** Until the lab has received so many requests about the pair. */
async function untilSeen(it: Scene, count: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (it.requests.length < count) {
    if (Date.now() > deadline)
      throw new Error(`the lab received ${it.requests.length} requests, not ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
