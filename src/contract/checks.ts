/** `block` stops the run; `ack` stops it until a person acknowledges; `warn` is for the record. */
export type Severity = 'block' | 'ack' | 'warn';

/** `unknown` means the fact could not be read; it stops the run wherever the check's severity would. */
export type Verdict = 'pass' | 'warn' | 'block' | 'unknown';

/** The answer of one precondition. The catalogue is rules/checks.ts; docs/checks.md is generated from it. */
export interface CheckResult {
  id: string;
  title: string;
  severity: Severity;
  verdict: Verdict;
  observed: string;
  wanted: string;
  /** What to do about it; empty when the verdict is `pass`. */
  remedy: string;
  /** Which requests say so. */
  evidence: string;
}

/** True when this answer must stop the run before anything is written. */
export function stops(check: CheckResult): boolean {
  return check.severity !== 'warn' && check.verdict !== 'pass' && check.verdict !== 'warn';
}
