import { setTimeout as delay } from 'node:timers/promises';
import { AivenClient } from '../../src/aiven';
import type { WatchInput } from '../../src/contract/activities';
import { DIALECTS, type Scene, useLab } from './stage';

/** The worker's clock is set forward by so much. */
function setClock(ms: number): void {
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
}
afterEach(() => jest.restoreAllMocks());

async function untilBeats(it: Scene, count: number): Promise<void> {
  while (it.heartbeats.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
}

const watching = (it: Scene, more: Partial<WatchInput>): WatchInput => ({
  pair: it.pair,
  goal: 'primary-active',
  known: 'moving',
  mayReturn: false,
  settleWindowMs: 0,
  moved: true,
  ...more,
});

describe.each(DIALECTS)('fresh means fresh, in the %s dialect', (dialect) => {
  const atHome = useLab({ dialect, state: 'fresh' });
  const away = useLab({ dialect, state: 'ready' });

  const kept = atHome(async (it) => {
    const facts = await it.checked();
    const timeOf = (side: 'primary' | 'recovery') => facts[`${side} ${it.pair[side]} update time`] ?? '';
    const updatedBefore = { primary: timeOf('primary'), recovery: timeOf('recovery') };
    const ended = it.attempt().watchPair(watching(it, { updatedBefore }));
    await untilBeats(it, 5);
    const goodReads = Math.max(...it.heartbeats.map((beat) => beat.goodReads));
    it.labPair.set('primary', { role: 'active' });
    return { goodReads, result: await ended };
  });

  test('replies that show the goal, and no change since before the write, do not count as reached', async () => {
    const { goodReads, result } = await kept();
    expect(goodReads).toBe(0);
    expect(result.ended).toBe('reached');
  });

  // Before those that set the clock: the lab has the same one.
  const second = away(async (it) => {
    const expected = await it.checked();
    const { baseUrl, token } = it.lab;
    const reads = dialect === 'role' ? 2 : 3;
    let asked = 0;
    // Another namespace promotes after the second look of this one, some seconds before this one sends.
    const late = new AivenClient({
      baseUrl,
      token: async () => {
        asked += 1;
        if (asked > reads) {
          await it.labPair.switchback();
          // Each change of the lab is a second after the one before, and the API's clock is known to a second.
          const changedAt = Date.parse((await it.checked())[`primary ${it.pair.primary} update time`] ?? '');
          await delay(Math.max(0, changedAt - Date.now()) + 4_500);
        }
        return token;
      },
    });
    const result = await it.attempt({}, late).promote({ pair: it.pair, target: 'primary', expected });
    await late.close();
    return { it, result };
  });

  test('of two namespaces at once, the one whose write had no effect says so', async () => {
    const { it, result } = await second();
    expect(result).toMatchObject({ outcome: 'accepted', hadNoEffect: true });
    expect(it.writes).toMatchObject([{ effect: 'none' }]);
  });

  const stands = away((it) => {
    const attempt = it.attempt();
    return Promise.resolve({ it, attempt });
  });

  test('a clock that jumps by two minutes ends no quiet window of one', async () => {
    const { it, attempt } = await stands();
    const ended = attempt.watchPair(
      watching(it, { known: 'recovery-active', mayReturn: false, quietWindowMs: 60_000 }),
    );
    let result: unknown;
    void ended.then(
      (value) => {
        result = value;
      },
      () => undefined,
    );
    await untilBeats(it, 2);
    setClock(120_000);
    await untilBeats(it, 4);
    expect(result).toBeUndefined();
    attempt.cancel();
    await ended.catch(() => undefined);
  });

  const stopped = away(async (it) => ({ it, expected: await it.checked() }));

  test('a process that stood still between the second look and the sending sends nothing', async () => {
    const { it, expected } = await stopped();
    const { baseUrl, token } = it.lab;
    // The token is asked for before every request: the last one before the write is where the process stands still.
    let asked = 0;
    const reads = dialect === 'role' ? 2 : 3;
    const slow = new AivenClient({
      baseUrl,
      token: () => {
        asked += 1;
        if (asked > reads) setClock(20_000);
        return token;
      },
    });
    const result = await it.attempt({}, slow).promote({ pair: it.pair, target: 'primary', expected });
    await slow.close();
    expect(result).toMatchObject({ outcome: 'not-applied', requests: { writes: 0 } });
    expect(result.detail).toContain('not sent: so much time has passed since both services were read');
    expect(it.writes).toEqual([]);
  });
});
