import type { Info } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { procedureTypes } from '../../contract/procedure';
import { rootSpanIdOf, spanIdOf } from './ids';
import type { Span } from './span';

/** An attempt of an activity of a run; `undefined` for those of other workflows, which have no trace. */
export interface ActivityAttempt {
  runId: string;
  spanId: string;
  info: Info;
}

export function attemptOf(info: Info): ActivityAttempt | undefined {
  const { workflowExecution: run, workflowType, activityId, attempt, isLocal } = info;
  if (run === undefined || !procedureTypes.includes(workflowType ?? '')) return undefined;
  return { runId: run.runId, spanId: spanIdOf(run.runId, isLocal, activityId, attempt), info };
}

/** One attempt, a part of its run. That it was cancelled, because it was no longer wanted, is no error. */
export function attemptSpan(
  { runId, spanId, info }: ActivityAttempt,
  { from, to, failure }: { from: number; to: number; failure?: unknown },
): Span {
  const failed = failure !== undefined && !(failure instanceof CancelledFailure);
  return {
    name: info.activityType,
    runId,
    id: spanId,
    parent: rootSpanIdOf(runId),
    from,
    to,
    attributes: {
      'temporal.workflow.id': info.workflowExecution?.workflowId ?? '',
      'temporal.run.id': runId,
      'temporal.activity.type': info.activityType,
      'temporal.activity.attempt': info.attempt,
    },
    error: failed ? String((failure as Error)?.message ?? failure) : undefined,
  };
}
