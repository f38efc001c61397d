import { type CheckId, type CheckResult, stops } from '../../contract/checks';
import type { RunState } from './run-state';

/** Checks that stop the run and that nobody may pass over. */
export function hardFindings({ checks }: RunState): CheckResult[] {
  return checks.filter((check) => check.severity === 'block' && stops(check));
}

/** Ids of soft findings that nobody has acknowledged. */
export function pendingAcknowledgements({ checks }: RunState): string[] {
  return checks.filter((check) => check.severity === 'ack' && stops(check)).map(({ id }) => id);
}

export function isAcknowledged({ checks }: RunState, id: CheckId): boolean {
  return checks.some((check) => check.id === id && check.acknowledged !== undefined);
}

/** True when the checks found already that the databases cannot be asked for all that a proof needs. */
export function isAccessLacking(record: RunState): boolean {
  const warns = (wanted: CheckId) =>
    record.checks.some(({ id, verdict }) => id === wanted && verdict === 'warn');
  // Where nothing will be written, nobody is asked to acknowledge it.
  const isWarned = warns('probe-ready') || (!record.mayHaveWritten && warns('database-access'));
  return isWarned || isAcknowledged(record, 'database-access');
}

/** What the API says against the input's choice of the primary, though somebody acknowledged it. */
export function contradictionOf({ checks }: RunState): string | undefined {
  return checks.find(({ id, verdict }) => id === 'named-is-primary' && verdict !== 'pass')?.observed;
}
