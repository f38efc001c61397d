import { faultsBy } from '../schemas/validator';
import { useHarness } from '../workflows/harness';
import { accessTo } from './access';

const { scenario } = useHarness({ backing: 'postgres', accessTo: accessTo() });

/** WAL of a few megabytes that nobody needs. */
async function writeWal(query: (sql: string) => Promise<unknown>, megabytes: number): Promise<void> {
  await query('CREATE TABLE IF NOT EXISTS public.ballast (filler text)');
  await query(
    `INSERT INTO public.ballast SELECT repeat(md5(n::text), 32) FROM generate_series(1, ${megabytes * 1_000}) n`,
  );
}

const rising = scenario(async (it) => {
  const { recovery, primary } = it.pair;
  await it.lab.apply({ kind: 'stream', service: primary, bytesPerSecond: 1_000 });
  const load = await it.pair.startLoad({ rate: 100 });
  await writeWal((sql) => it.pair.query('recovery', sql), 1);
  const end = await it.run({ maxLag: '64kB', catchUpTimeout: '8s' });
  await load.stop();
  await it.lab.apply({ kind: 'stream', service: primary, bytesPerSecond: null });
  return { ...end, recovery };
});

const draining = scenario(async (it) => {
  const { primary } = it.pair;
  const limit = (bytesPerSecond: number | null) =>
    it.lab.apply({ kind: 'stream', service: primary, bytesPerSecond });
  await limit(1_000);
  await writeWal((sql) => it.pair.query('recovery', sql), 8);
  await it.start({ maxLag: '64kB', catchUpTimeout: '3m', settleWindow: '1s' });
  await it.until('it waits for the lag', ({ phase }) => phase === 'catch-up');
  // Not earlier, so that the run waits for all of it: 20 s and more.
  await limit(400_000);
  const since = new Date().toISOString();
  const estimates = new Map<string, number>();
  const waiting = await it.until('an estimate', ({ phase, lag, live }) => {
    if (phase !== 'catch-up' || lag?.etaSeconds === undefined || lag.at < since) return false;
    estimates.set(lag.at, lag.etaSeconds);
    return live?.looks !== undefined;
  });
  await it.until('the end of the wait', ({ phase, lag }) => {
    if (phase !== 'catch-up') return true;
    if (lag?.etaSeconds !== undefined) estimates.set(lag.at, lag.etaSeconds);
    return false;
  });
  const end = await it.end();
  const caughtUp = end.report.timeline.find(({ event }) => event.startsWith('the replication has caught up'));
  const caughtUpAt = Date.parse(caughtUp?.at ?? '');
  await limit(null);
  const compared = [...estimates].map(([at, seconds]) => ({
    seconds,
    took: (caughtUpAt - Date.parse(at)) / 1_000,
  }));
  return { ...end, waiting, compared };
});

const broughtHome = scenario(async (it) => {
  const { primary } = it.pair;
  const bytes = 200_000;
  await it.lab.apply({ kind: 'stream', service: primary, bytesPerSecond: bytes });
  await writeWal((sql) => it.pair.query('recovery', sql), 5);
  await it.start({ maxLag: '64kB', catchUpTimeout: '3m' });
  await it.until('it waits for the lag', ({ phase }) => phase === 'catch-up');
  // By the API somebody brought the pair home, and longer ago than five minutes.
  const update_time = '2026-01-01T00:00:00Z';
  it.pair.set('primary', { role: 'active' });
  it.pair.set('recovery', { role: 'passive' });
  for (const side of ['primary', 'recovery'] as const) it.pair.override(side, { set: { update_time } });
  const end = await it.end();
  await it.lab.apply({ kind: 'stream', service: primary, bytesPerSecond: null });
  return end;
});

test('a pair that somebody else brings home meanwhile is left alone, and nothing goes on measuring', async () => {
  const { report, writes } = await broughtHome();
  expect(report.outcome).toBe('already-primary');
  expect(writes).toEqual([]);
  expect(report.probe?.acknowledged).toBeGreaterThan(0);
});

describe('a lag that rises faster than it drains', () => {
  test('ends the run before the write', async () => {
    const { code, report, writes } = await rising();
    expect(code).toBe('LAG_TOO_HIGH');
    expect(report.outcome).toBe('blocked');
    expect(writes).toEqual([]);
    expect(report.pointOfNoReturn).toBeUndefined();
  });

  test('says how much it is, and that it grows', async () => {
    const { report } = await rising();
    expect(report.headline).toMatch(
      /^Nothing was written to \S+: .* is too far behind \(.* behind, .*growing by /,
    );
    expect(report.lag?.drainRate).toBeLessThan(0);
  });
});

describe('a lag that drains', () => {
  test('is waited for, saying what is observed, what is wanted and how long it takes', async () => {
    const { waiting } = await draining();
    expect(waiting.waiting).toMatchObject({
      for: 'the replication to catch up',
      wanted: 'at most 64.0 kB behind, for the settle window',
      observed: expect.stringMatching(/MB, .* behind, shrinking by .*\/s, about .* left/),
    });
  });

  test('is seen live, as the schema of a status says', async () => {
    const { waiting } = await draining();
    expect(waiting.live?.looks?.length).toBeGreaterThan(0);
    expect(faultsBy('live-status', waiting)).toEqual([]);
  });

  test('makes the checks old, so that they are made again before the write', async () => {
    const { report } = await draining();
    const checked = report.timeline.filter(({ event }) => event === 'Checking the preconditions.');
    expect(checked).toHaveLength(2);
    expect(report.timeline.indexOf(checked[1] as (typeof checked)[number])).toBeLessThan(
      report.timeline.findIndex(({ phase }) => phase === 'promote'),
    );
  });

  test('is estimated within a factor of two, and then the run goes on', async () => {
    const { report, compared } = await draining();
    expect(report.outcome).toBe('switched-back');
    // The last one that is worth the name: all that it is made of was seen after the rate had changed.
    const { seconds = 0, took } = compared.findLast((one) => one.seconds > 3) ?? {};
    expect(took).toBeGreaterThan(seconds / 2);
    expect(took).toBeLessThan(seconds * 2);
  });
});
