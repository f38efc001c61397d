import { describeGap } from '../../src/contract/describe-measured';
import type { ProbeReport } from '../../src/contract/probe';

const AT = '2026-11-22T03:00:00.000Z';
const REPORT: ProbeReport = {
  startedAt: AT,
  endedAt: AT,
  rate: 20,
  acknowledged: 100,
  errors: {},
  latency: {},
  series: { from: AT, bucketMs: 1_000, acknowledged: [], failed: [], slowestMs: [] },
};

test('no gap, and not one failed write', () => {
  expect(describeGap(REPORT)).toBe('no write failed, none took a second');
});

test('no gap, but failed writes: before the first acknowledged one, nobody knows since when', () => {
  expect(describeGap({ ...REPORT, errors: { ECONNREFUSED: 12 } })).toBe(
    'writes failed until the first acknowledged one, and none after it',
  );
});
