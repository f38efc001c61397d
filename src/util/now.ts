/** ISO 8601, in UTC, by the clock of the process; in a workflow by that of the workflow. */
export function now(): string {
  return new Date().toISOString();
}
