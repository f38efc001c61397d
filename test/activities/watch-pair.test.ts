import { CancelledFailure } from '@temporalio/common';
import type { WatchInput } from '../../src/contract/activities';
import { DIALECTS, type Scene, useLab } from './stage';

describe.each(DIALECTS)('watchPair, in the %s dialect', (dialect) => {
  const atHome = useLab({ dialect, state: 'fresh' });
  const away = useLab({ dialect, state: 'ready' });
  const readsPerLook = dialect === 'role' ? 2 : 3;
  const input = (it: Scene, changes: Partial<WatchInput> = {}): WatchInput => ({
    pair: it.pair,
    goal: 'primary-active',
    known: 'moving',
    mayReturn: false,
    settleWindowMs: 0,
    moved: true,
    ...changes,
  });
  const watch = async (it: Scene, changes?: Partial<WatchInput>, info = {}) => {
    const startedAt = Date.now();
    const result = await it.attempt(info).watchPair(input(it, changes));
    return { it, result, tookMs: Date.now() - startedAt };
  };

  const plain = atHome((it) => watch(it));

  test('has reached the goal after three good reads, not before', async () => {
    const { it, result } = await plain();
    expect(result).toMatchObject({ ended: 'reached', situation: 'primary-active' });
    expect(goodReadsOf(it)).toEqual([1, 2, 3]);
    expect(it.looks).toHaveLength(3);
    expect(result.requests).toEqual({ reads: 3 * readsPerLook, writes: 0 });
  });

  const windows = [
    { moved: true, atLeastMs: 1_000, played: atHome((it) => watch(it, { settleWindowMs: 1_000 })) },
    {
      moved: false,
      atLeastMs: 6_000,
      played: atHome((it) => watch(it, { settleWindowMs: 3_000, moved: false })),
    },
    // However short the window: right after the write the states can still be as they were.
    {
      moved: false,
      atLeastMs: 5_000,
      played: atHome((it) => watch(it, { moved: false })),
    },
  ];

  test.each(windows)(
    'its good reads span the settle window, or twice that (seen moving: $moved, at least $atLeastMs ms)',
    async (row) => {
      const { result, tookMs } = await row.played();
      expect(result.ended).toBe('reached');
      expect(tookMs).toBeGreaterThanOrEqual(row.atLeastMs - 5);
      expect(tookMs).toBeLessThan(row.atLeastMs * 15);
    },
  );

  const flapping = atHome((it) => {
    const { recovery: service } = it.pair;
    const path = `/service\\/${service}$/`;
    const unsettle = { kind: 'override', service, set: { 'node_states.1.state': 'syncing_data' } } as const;
    it.lab.addFault({ match: { path, after: 2 }, do: { type: 'change', change: unsettle } });
    it.lab.addFault({
      match: { path, after: 3 },
      do: { type: 'change', change: { kind: 'restore', service } },
    });
    return watch(it);
  });

  test('counts afresh after a read that is not good', async () => {
    const { it, result } = await flapping();
    expect(result.ended).toBe('reached');
    expect(goodReadsOf(it)).toEqual([1, 2, 0, 1, 2, 3]);
  });

  const changed = away((it) => watch(it));

  test('ends at once when the situation is another than the workflow knows of', async () => {
    const { it, result } = await changed();
    expect(result).toMatchObject({ ended: 'changed', situation: 'recovery-active' });
    expect(it.looks).toHaveLength(1);
  });

  const held = away((it) => watch(it, { holdMs: 400, held: ['recovery-active'] }));
  const news = away((it) => watch(it, { holdMs: 3_600_000, held: ['moving', 'both-active'] }));

  test('of a flapping pair keeps to itself for a while what the workflow has seen before, and never what is new', async () => {
    const [old, fresh] = [await held(), await news()];
    expect(old.result).toMatchObject({ ended: 'changed', situation: 'recovery-active' });
    expect(old.tookMs).toBeGreaterThanOrEqual(395);
    expect(fresh.result).toMatchObject({ ended: 'changed', situation: 'recovery-active' });
    expect(fresh.it.looks).toHaveLength(1);
  });

  const returnable = away(async (it) => {
    it.labPair.set('recovery', { role: 'passive' });
    return watch(it, { known: 'none-active', mayReturn: false });
  });

  test('ends as well when the same situation allows another move', async () => {
    const { it, result } = await returnable();
    expect(result).toMatchObject({ ended: 'changed', situation: 'none-active' });
    expect(it.looks).toHaveLength(1);
  });

  const quiet = away((it) => watch(it, { known: 'recovery-active', quietWindowMs: 1_500 }));

  test('ends when the pair has stood still for the quiet window', async () => {
    const { result, tookMs } = await quiet();
    expect(result).toMatchObject({ ended: 'quiet', situation: 'recovery-active' });
    expect(tookMs).toBeGreaterThanOrEqual(1_495);
  });

  const touched = away(async (it) => {
    const { recovery: service } = it.pair;
    // A tag, say: nothing that the rules look at, but somebody, or something, is at work there.
    const change = { kind: 'override', service, set: { tags: { owner: 'ops' } } } as const;
    it.lab.addFault({ match: it.look(1), do: { type: 'change', change } });
    return watch(it, { known: 'recovery-active', quietWindowMs: 1_500 });
  });

  test('does not take a service that was just changed for one that stands still', async () => {
    const { it, result } = await touched();
    expect(result.ended).toBe('quiet');
    const looks = it.looks.map(({ time }) => Date.parse(time));
    expect(Number(looks.at(-1)) - Number(looks[1])).toBeGreaterThanOrEqual(1_400);
  });

  const failingOnce = atHome((it) => {
    it.lab.addFault({ match: it.look(1), do: { type: 'status', status: 500 } });
    return watch(it);
  });

  test('stands a read that fails in passing, and counts afresh', async () => {
    const { it, result } = await failingOnce();
    expect(result.ended).toBe('reached');
    expect(goodReadsOf(it)).toEqual([1, 0, 1, 2, 3]);
  });

  const gone = atHome((it) => {
    it.labPair.vanish('recovery');
    return watch(it);
  });

  test('does not stand a service that is gone', async () => {
    const { it, result } = await gone();
    expect(result).toMatchObject({ ended: 'changed', situation: 'unreadable' });
    expect(it.looks).toHaveLength(1);
  });

  const throttled = atHome((it) => {
    it.lab.addFault({ match: it.look(0), do: { type: 'status', status: 429, retryAfter: 5 } });
    return watch(it);
  });

  test('waits as long as the API asks, and keeps telling Temporal that it lives', async () => {
    const { it, result } = await throttled();
    expect(result.ended).toBe('reached');
    const [first, second] = it.looks.map(({ time }) => Date.parse(time));
    expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(5_000);
    // At the look, and again before the next one; how often, depends on how much the machine stands still.
    const whileItWaits = it.heartbeats.filter(({ situation }) => situation === 'unreadable');
    expect(whileItWaits.length).toBeGreaterThanOrEqual(2);
  });

  const slow = atHome((it) => {
    it.lab.addFault({ match: it.look(0), do: { type: 'delay', delayMs: 4_500 } });
    return watch(it);
  });

  test('keeps telling so while a reply is slow', async () => {
    const { it, result } = await slow();
    expect(result.ended).toBe('reached');
    expect(it.heartbeats[0]).toMatchObject({ observed: 'nothing yet' });
  });

  const cancelled = away(async (it) => {
    const attempt = it.attempt();
    const running = attempt.watchPair(input(it, { known: 'recovery-active' }));
    running.catch(() => undefined);
    const deadline = Date.now() + 30_000;
    while (it.heartbeats.length < 2) {
      if (Date.now() > deadline) throw new Error('no heartbeat');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    attempt.cancel();
    const [outcome] = await Promise.allSettled([running]);
    return { it, outcome, looks: it.looks.length };
  });

  test('fails as cancelled when it is cancelled, and reads no more', async () => {
    const { it, outcome, looks } = await cancelled();
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(CancelledFailure) });
    expect(it.looks).toHaveLength(looks);
  });

  const resumed = atHome((it) => {
    const at = '2026-11-22T03:00:00.000Z';
    const heartbeatDetails = {
      situation: 'moving',
      observed: '',
      at,
      goodReads: 2,
      requests: { reads: 100, writes: 0 },
    };
    return watch(it, {}, { attempt: 2, heartbeatDetails });
  });

  test('goes on counting requests where another attempt stopped, but trusts only its own reads', async () => {
    const { it, result } = await resumed();
    expect(result.requests).toEqual({ reads: 100 + 3 * readsPerLook, writes: 0 });
    expect(goodReadsOf(it)).toEqual([1, 2, 3]);
  });

  test('its heartbeats carry what was read last, and no secret', async () => {
    const { it, result } = await plain();
    expect(it.heartbeats.at(-1)).toEqual({
      situation: 'primary-active',
      observed: `primary ${it.pair.primary} active/RUNNING, recovery ${it.pair.recovery} passive/RUNNING`,
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      goodReads: 3,
      requests: result.requests,
    });
    const all = JSON.stringify([it.heartbeats, result]);
    expect(all).not.toContain(it.lab.token);
    expect(all).not.toMatch(/postgres:\/\//);
  });
});

/** What was seen before the first look of an attempt. */
const BEFORE = ['', 'nothing yet'];

/** After each look; what was said again in between, so that Temporal knows that it lives, is left out. */
function goodReadsOf({ heartbeats }: Scene): number[] {
  const looks = heartbeats.filter(({ at, observed }, index) => {
    return !BEFORE.includes(observed) && at !== heartbeats[index - 1]?.at;
  });
  return looks.map(({ goodReads }) => goodReads);
}
