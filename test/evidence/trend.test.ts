import type { Trend, TrendRun } from '../../src/contract/trend';
import { renderTrend, verifyEvidence } from '../../src/evidence';

const AT = '2026-11-28T12:00:00.000Z';
const run = (day: string, more: Partial<TrendRun>): TrendRun => ({
  workflowId: `drill.p.s-${day}`,
  runId: day,
  procedure: 'drill',
  startedAt: `${day}T03:00:00.000Z`,
  closedAt: `${day}T03:01:00.000Z`,
  ...more,
});
const RUNS = [
  run('2026-11-28', { outcome: 'rehearsed' }),
  run('2026-11-27', { outcome: 'blocked' }),
  run('2026-11-20', { outcome: 'drilled', gapSeconds: 38.2, lostRows: 0 }),
  run('2026-11-13', { outcome: 'drilled', gapSeconds: 74, lostRows: 0 }),
  run('2026-11-12', { outcome: 'drilled', gapSeconds: 20, lostRows: 2 }),
];

function page(more: Partial<Trend> = {}, rtoMs?: number): string {
  const target = { target: 'rto', met: true, value: '38 s', wanted: 'a gap', observed: 'one' } as const;
  const trend = { project: 'p', service: 's', at: AT, targets: [target], runs: RUNS, ...more };
  const bytes = renderTrend(trend, rtoMs);
  expect(verifyEvidence(bytes)).toMatchObject({ holds: true, form: 'page' });
  return bytes.toString();
}

/** In the wide drawing, and in the one for a phone. */
const marks = (text: string, pattern: RegExp) => (text.match(pattern) ?? []).length / 2;

test('draws a point for every gap, red where it is over the target or rows were lost, and a mark for every other run', () => {
  const text = page({}, 60_000);
  expect(marks(text, /<circle [^>]*fill="var\(--good\)"/g)).toBe(1);
  expect(marks(text, /<circle [^>]*fill="var\(--bad\)"/g)).toBe(2);
  expect(marks(text, /<rect [^>]*fill="var\(--good\)"/g)).toBe(1);
  expect(marks(text, /<rect [^>]*fill="var\(--bad\)"/g)).toBe(1);
  expect(marks(text, />target 1 min</g)).toBe(1);
  expect(page()).not.toContain('>target ');
  expect(text).not.toMatch(/NaN|undefined/);
});

test('says what is met, what is missed and what to do, and lists every run', () => {
  const missed = {
    target: 'rpo',
    met: false,
    value: '2 rows',
    wanted: 'none',
    observed: 'two',
    remedy: 'Look.',
  } as const;
  const text = page({ targets: [missed] });
  expect(text).toContain('s misses 1 target.');
  expect(text).toContain('Missed: two. Wanted: none.');
  expect(text).toContain('<p>Look.</p>');
  for (const { workflowId } of RUNS) expect(text).toContain(workflowId);
  expect(page()).toContain('s is prepared: its target is met.');
});

test('needs nothing from elsewhere, and believes no text', () => {
  const text = page({ runs: [run('2026-11-28', { outcome: '<script>alert(1)</script>' })] });
  expect(text).not.toMatch(/<script|<link|src=|url\(/);
  expect(text).toContain('&lt;script&gt;');
});

test('a pair without a run has a page, too', () => {
  expect(page({ runs: [] })).toContain('Temporal knows no run of this pair that has ended.');
});

test('is the same for the same trend, wherever it is drawn', () => {
  const zone = process.env.TZ;
  const here = page({}, 60_000);
  process.env.TZ = 'Pacific/Auckland';
  expect(page({}, 60_000)).toBe(here);
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});
