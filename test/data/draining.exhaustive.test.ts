import { faultsBy } from '../schemas/validator';
import { useHarness } from '../workflows/harness';
import { accessTo } from './access';
import { writeWal } from './write-wal';

const { scenario } = useHarness({ backing: 'postgres', accessTo: accessTo() });

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
