import { useHarness } from '../workflows/harness';
import { accessTo } from './access';
import { writeWal } from './write-wal';

const { scenario } = useHarness({ backing: 'postgres', accessTo: accessTo() });

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
