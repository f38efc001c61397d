/** The totals of a jest run; whatever kept it from running its tests counts as failed too. */
export function jestTotals(results, exitCode) {
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = results ?? {};
  const failed = numFailedTests + (results?.numRuntimeErrorTestSuites ?? 0);
  return {
    passed: numPassedTests,
    failed: exitCode === 0 ? failed : Math.max(failed, 1),
    skipped: numPendingTests + numTodoTests,
  };
}

/** Adds up totals. */
export function sum(parts) {
  const add = (key) => parts.reduce((total, part) => total + part[key], 0);
  return { passed: add('passed'), failed: add('failed'), skipped: add('skipped') };
}

/** `N passed, N failed`, and the skipped ones if there are any. */
export function totalsLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** The files of a jest run that failed, or could not even run. */
export function failedFiles(results) {
  return (results?.testResults ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name);
}
