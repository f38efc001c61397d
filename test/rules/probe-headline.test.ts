import type { ProbeReport, WriteGap } from '../../src/contract/probe';
import { withGapOfSwitch } from '../../src/rules/probe/headline';
import { emptyReport } from '../../src/rules/probe/report';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString();
const SENT_AT = at(100);

function gap(from: number, to: number, unwatched = 0): WriteGap {
  const unwatchedMs = unwatched === 0 ? {} : { unwatchedMs: unwatched * 1_000 };
  const ends = { lastBefore: { row: 1, at: at(from) }, firstAfter: { row: 2, at: at(to) } };
  return { ...ends, ms: Math.round((to - from) * 1_000), ...unwatchedMs };
}

/** As the probe makes it: the longest one is the gap. */
function judged(...gaps: WriteGap[]): ProbeReport {
  const [longest, ...others] = [...gaps].sort((a, b) => b.ms - a.ms);
  if (longest === undefined) throw new Error('a gap is needed');
  const report = { ...emptyReport(at(0), ''), acknowledged: 9, endedAt: at(200) };
  return withGapOfSwitch({ ...report, gap: longest, otherGaps: others }, SENT_AT);
}

const FROZEN = gap(50, 85, 35);
const SWITCH = gap(100.2, 100.36);

test('a worker that stood still before the write is not the gap of the switch', () => {
  expect(judged(FROZEN, SWITCH)).toMatchObject({ gap: SWITCH, otherGaps: [FROZEN] });
  expect(judged(FROZEN, SWITCH)).not.toHaveProperty('gapNotMeasured');
});

test('nor is an outage that was over before the write', () => {
  const outage = gap(60, 80);
  expect(judged(outage, SWITCH)).toMatchObject({ gap: SWITCH, otherGaps: [outage] });
});

test('of several that touch the switch it is the one that was watched longest', () => {
  const [half, whole] = [gap(99, 110, 9), gap(120, 125)];
  expect(judged(half, whole)).toMatchObject({ gap: whole, otherGaps: [half] });
});

test('a worker that stood still during the switch measured nothing, and the report says so', () => {
  const standstill = gap(99, 130, 30.95);
  const report = judged(standstill);
  expect(report).not.toHaveProperty('gap');
  expect(report).toMatchObject({ otherGaps: [standstill], gapNotMeasured: expect.any(String) });
});

test('one that never ended touches the switch', () => {
  const { firstAfter: _, ...open } = gap(90, 200);
  expect(judged(SWITCH, open).gap).toEqual(open);
});

test('a switch without a gap has none, whatever was before it', () => {
  const report = judged(FROZEN);
  expect(report).not.toHaveProperty('gap');
  expect(report).not.toHaveProperty('gapNotMeasured');
});
