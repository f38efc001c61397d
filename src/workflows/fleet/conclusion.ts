import { ApplicationFailure } from '@temporalio/workflow';
import { briefly, messageOf } from '../../contract/briefly';
import { type ErrorCode, type ErrorEntry, errors } from '../../contract/errors';
import type { FleetReport } from '../../contract/fleet';
import { countsOf, titleOf } from '../../rules/fleet/progress';
import type { FleetRecord } from './fleet-record';
import type { FleetEnding } from './fleet-views';

/** The end of a fleet: well, or with a failure whose first detail is the report. */
export function conclude(record: FleetRecord): FleetReport {
  const { state, request } = record.fleet;
  const counts = countsOf(state.pairs);
  const { total, done, failed, skipped } = counts;
  const title = titleOf(request.procedure, total);
  const rest = total - done - skipped;
  const left = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(rest - failed > 0 ? [`${rest - failed} were not started or were stopped before a write`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  const sum = `${title}: ${done} of ${total} ${request.mode === 'plan' ? 'are ready' : 'are done'}${left.length > 0 ? `, ${left.join(', ')}` : ''}.`;
  const { abortedBy } = state;
  if (abortedBy !== undefined)
    throw failureOf(record, {
      outcome: 'aborted',
      code: 'FLEET_ABORTED',
      headline: `${abortedBy.by} aborted the fleet (${abortedBy.reason}). ${sum}`,
    });
  if (rest > 0 && request.mode === 'plan')
    throw failureOf(record, {
      outcome: 'incomplete',
      code: 'BLOCKED',
      headline: `Nothing was written. ${sum}`,
    });
  if (rest > 0) throw failureOf(record, { outcome: 'incomplete', code: 'FLEET_INCOMPLETE', headline: sum });
  const outcomes = { execute: 'completed', plan: 'planned', rehearse: 'rehearsed' } as const;
  const next = {
    execute: 'Check that applications write where you expect; unfreeze Terraform and other automation.',
    plan: `Start it in mode execute, with the fingerprint ${state.fingerprint}.`,
    rehearse: 'Start it in mode execute when it is time.',
  };
  return record.end({ outcome: outcomes[request.mode], headline: sum, next: next[request.mode] });
}

/** The failure that ends a fleet: its message a few sentences, its type the code, its first detail the report. */
export function failureOf(
  record: FleetRecord,
  ending: Omit<FleetEnding, 'next' | 'code'> & { code: ErrorCode; next?: string },
): ApplicationFailure {
  const { code, headline } = ending;
  const { remedy, lists }: ErrorEntry = errors[code];
  const whole = { headline, next: ending.next ?? remedy };
  const brief = lists ? whole : briefly(code, record.fleet.workflowId, whole);
  const report = record.end({ ...ending, ...brief });
  return ApplicationFailure.nonRetryable(messageOf(code, brief), code, report);
}
