import {
  ActivityFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import type { Approval } from '../../contract/report';
import type { Run } from './run';
import type { RunRecord } from './run-record';

/** Runs what a cancellation or an `abort` may end at any moment, since nothing was written. */
export async function stoppable<T>(run: Run, work: () => Promise<T>): Promise<T> {
  const { record } = run;
  const scope = new CancellationScope();
  void condition(() => record.operators.stopRequested).then(
    () => scope.cancel(),
    () => {},
  );
  try {
    const result = await scope.run(work);
    // The last answer may have come together with the wish to stop.
    if (record.operators.stopRequested) throw stopped(run);
    return result;
  } catch (error) {
    if (isCancellation(error)) throw record.hasEnded ? error : stopped(run);
    if (!(error instanceof ActivityFailure)) throw error;
    throw record.failure(
      'AIVEN_UNAVAILABLE',
      'aborted',
      `${record.nothingWritten}: the state of the pair could not be read.`,
    );
  }
}

/** What ends a run that somebody stopped while nothing was written. */
export function stopped({ record }: Run): Error {
  const { operators } = record;
  if (operators.approval?.verdict === 'rejected') return rejected(record, operators.approval);
  const abort = operators.abortRequested;
  if (abort !== undefined) {
    operators.grantAbort(abort);
    return record.failure(
      'ABORTED',
      'aborted',
      `${record.nothingWritten}: ${abort.by} aborted the run (${abort.reason}).`,
    );
  }
  const headline = `${record.nothingWritten}: the run was cancelled.`;
  const { message } = record.failure('CANCELLED', 'aborted', headline);
  return new CancelledFailure(message);
}

/** Whoever rejects first is not overruled by a stop that comes in the same moment. */
export function rejected(record: RunRecord, { by, reason }: Approval): Error {
  return record.failure('REJECTED', 'aborted', `${record.nothingWritten}: ${by} rejected it (${reason}).`);
}
