import { callModule } from './module';

const jestTotals = (results: unknown, exitCode: number) =>
  callModule('scripts/lib/totals.mjs', 'jestTotals', [results, exitCode]);

test('passed, failed and skipped tests are counted', () => {
  const results = { numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 };
  expect(jestTotals(results, 1)).toEqual({ passed: 5, failed: 2, skipped: 2 });
});

test('a file that could not even run counts as a failure', () => {
  expect(jestTotals({ numPassedTests: 5, numRuntimeErrorTestSuites: 1 }, 1)).toMatchObject({ failed: 1 });
});

test('a run that left no results, or failed without a failed test, is a failure', () => {
  expect(jestTotals(null, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(jestTotals({ numPassedTests: 5 }, 1)).toEqual({ passed: 5, failed: 1, skipped: 0 });
});

test.each([
  [{ passed: 3, failed: 0, skipped: 0 }, '3 passed, 0 failed'],
  [{ passed: 3, failed: 1, skipped: 2 }, '3 passed, 1 failed, 2 skipped'],
])('the last line of %j', (totals, line) => {
  expect(callModule('scripts/lib/totals.mjs', 'totalsLine', [totals])).toBe(line);
});

test('the files to try again are those that failed', () => {
  const testResults = [
    { name: '/a.test.ts', status: 'passed' },
    { name: '/b.test.ts', status: 'failed' },
  ];
  expect(callModule('scripts/lib/totals.mjs', 'failedFiles', [{ testResults }])).toEqual(['/b.test.ts']);
  expect(callModule('scripts/lib/totals.mjs', 'failedFiles', [null])).toEqual([]);
});
