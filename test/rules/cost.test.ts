import type { ProbeReport } from '../../src/contract/probe';
import { costOf, type MadeMove } from '../../src/rules/cost';

const WROTE = { pointOfNoReturn: '2026-11-28T03:00:00Z' };

function probe(more: Partial<ProbeReport> & { gapMs?: number; lost?: number }): ProbeReport {
  const { gapMs, lost = 0, ...rest } = more;
  return {
    acknowledged: 100,
    errors: {},
    missing: { count: lost },
    ...(gapMs === undefined ? {} : { gap: { ms: gapMs } }),
    ...rest,
  } as ProbeReport;
}

const over = (measured?: ProbeReport): MadeMove => ({ move: 'switchover', ...WROTE, probe: measured });
const back = (measured?: ProbeReport): MadeMove => ({ move: 'switchback', ...WROTE, probe: measured });

test.each<[string, MadeMove[], object]>([
  ['a gap and a loss', [back(probe({ gapMs: 2_300, lost: 2 }))], { gapSeconds: 2.3, lostRows: 2 }],
  ['no write failed: no gap of a second', [back(probe({}))], { gapSeconds: 0, lostRows: 0 }],
  [
    'the longest gap and all lost rows of a drill',
    [over(probe({ gapMs: 4_000, lost: 1 })), back(probe({ gapMs: 900, lost: 2 }))],
    { gapSeconds: 4, lostRows: 3 },
  ],
  ['one way was not measured', [over(undefined), back(probe({ gapMs: 900 }))], {}],
  [
    'a rebuild interrupts nobody',
    [{ move: 'rebuild', ...WROTE }, back(probe({ gapMs: 900 }))],
    { gapSeconds: 0.9, lostRows: 0 },
  ],
  ['a rehearsal measures no gap', [{ move: 'switchover', probe: probe({}) }], {}],
  [
    'not one row was acknowledged',
    [{ ...back(), probe: { ...probe({ acknowledged: 0 }), missing: undefined } as never }],
    {},
  ],
  ['nobody watched the gap', [back(probe({ gapNotMeasured: 'the worker died' }))], { lostRows: 0 }],
  ['writes failed before the first good one', [back(probe({ errors: { '25006': 3 } }))], { lostRows: 0 }],
  [
    'rows could not be counted',
    [{ ...back(), probe: { ...probe({ gapMs: 100 }), missing: undefined } as never }],
    { gapSeconds: 0.1 },
  ],
])('%s', (_, made, cost) => {
  expect(costOf(made)).toEqual(cost);
});
