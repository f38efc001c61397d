import type { Targets, TrendRun } from '../../src/contract/trend';
import { judgeTargets } from '../../src/rules/targets';

const NOW = '2026-11-28T12:00:00.000Z';
const WEEK = 7 * 24 * 3_600_000;
const daysAgo = (days: number) => new Date(Date.parse(NOW) - days * 24 * 3_600_000).toISOString();

function run(days: number, more: Partial<TrendRun> = {}): TrendRun {
  const closedAt = daysAgo(days);
  return {
    workflowId: 'drill.p.s',
    runId: String(days),
    startedAt: closedAt,
    closedAt,
    procedure: 'drill',
    ...more,
  };
}

const rehearsal = (days: number) => run(days, { outcome: 'rehearsed' });
const drill = (days: number, gapSeconds: number, lostRows = 0) =>
  run(days, { outcome: 'drilled', gapSeconds, lostRows });

function verdicts(runs: TrendRun[], targets: Partial<Targets>) {
  const judged = judgeTargets(runs, { rehearsedWithinMs: WEEK, ...targets }, NOW);
  for (const { met, remedy } of judged) expect(remedy === undefined).toBe(met);
  return Object.fromEntries(judged.map(({ target, met, observed }) => [target, [met, observed]]));
}

test('the newest run that has measured a gap decides, whatever came after it or before', () => {
  const runs = [drill(90, 120), rehearsal(1), drill(30, 42)];
  expect(verdicts(runs, { rtoMs: 60_000 }).rto).toEqual([true, 'a gap of 42 s, by the drill of 2026-10-29']);
  expect(verdicts([...runs, drill(2, 61)], { rtoMs: 60_000 }).rto).toEqual([
    false,
    'a gap of 1 min 1 s, by the drill of 2026-11-26',
  ]);
  expect(verdicts([drill(2, 60)], { rtoMs: 60_000 }).rto?.[0]).toBe(true);
  expect(verdicts([drill(2, 0)], { rtoMs: 1_000 }).rto).toEqual([
    true,
    'a gap below 1 s, by the drill of 2026-11-26',
  ]);
  // Nobody knows whether it was shorter than that.
  expect(verdicts([drill(2, 0)], { rtoMs: 500 }).rto?.[0]).toBe(false);
});

test('lost rows count by themselves', () => {
  expect(verdicts([drill(2, 1, 0)], { rpoRows: 0 }).rpo).toEqual([
    true,
    '0 rows lost, by the drill of 2026-11-26',
  ]);
  expect(verdicts([drill(2, 1, 1)], { rpoRows: 0 }).rpo).toEqual([
    false,
    '1 row lost, by the drill of 2026-11-26',
  ]);
  expect(verdicts([drill(2, 1, 5)], { rpoRows: 5 }).rpo?.[0]).toBe(true);
  expect(verdicts([drill(9, 1, 0), run(2, { gapSeconds: 1 })], { rpoRows: 0 }).rpo?.[0]).toBe(true);
});

test('what nobody has measured is not met', () => {
  const { rto, rpo } = verdicts([rehearsal(1)], { rtoMs: 60_000, rpoRows: 0 });
  expect(rto).toEqual([false, 'no run has measured a gap']);
  expect(rpo).toEqual([false, 'no run has counted lost rows']);
});

test('a rehearsal or a drill that ended well, within its time', () => {
  const only = (...runs: TrendRun[]) => verdicts(runs, {})['rehearsed-within'];
  expect(only(rehearsal(7), rehearsal(20))).toEqual([true, 'the last one 7 days ago: rehearsed, 2026-11-21']);
  expect(only(rehearsal(7.001))?.[0]).toBe(false);
  expect(only(drill(1, 3))).toEqual([true, 'the last one 24 h ago: drilled, 2026-11-27']);
  expect(only(run(1, { outcome: 'blocked' }))).toEqual([
    false,
    'none has ended well; the drill of 2026-11-27 ended as blocked',
  ]);
  expect(only(run(1))).toEqual([
    false,
    'none has ended well; the drill of 2026-11-27 ended as nothing known',
  ]);
  // A switch in earnest is no practice.
  expect(only(run(1, { procedure: 'switchover', outcome: 'switched-over' }))).toEqual([
    false,
    'none has ended well',
  ]);
});

test('targets that were not given are not judged', () => {
  expect(Object.keys(verdicts([], {}))).toEqual(['rehearsed-within']);
});
