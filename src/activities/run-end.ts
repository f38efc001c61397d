import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { RunIdentity } from '../contract/events';
import type { NotifyInput } from '../contract/notifications';
import { searchAttributes } from '../contract/search-attributes';

/** What Temporal itself knows about the end of a run. */
export interface RunEndInTemporal {
  /** Milliseconds. */
  at: number;
  /** Temporal's word, such as `TERMINATED`; `DELETED` when it no longer knows the run. */
  status: string;
  /** What was given as the reason when somebody terminated it. */
  reason?: string;
  /** The run that goes on in its place. */
  resetTo?: string;
  /** Which pair it was about, as the list shows it. */
  identity?: RunIdentity;
}

/** `undefined` while the run goes on. */
export async function endOf(run: NotifyInput): Promise<RunEndInTemporal | undefined> {
  try {
    const found = await getClient().workflow.getHandle(run.workflowId, run.runId).describe();
    if (found.status.name === 'RUNNING') return undefined;
    const reason = await reasonOf(run);
    const resetTo = found.raw.workflowExtendedInfo?.resetRunId || undefined;
    const project = found.typedSearchAttributes.get(searchAttributes.project);
    const primary = found.typedSearchAttributes.get(searchAttributes.service);
    return {
      at: (found.closeTime ?? new Date()).getTime(),
      status: found.status.name,
      ...(reason === undefined ? {} : { reason }),
      ...(resetTo === undefined ? {} : { resetTo }),
      ...(project === undefined || primary === undefined ? {} : { identity: { project, primary, ...run } }),
    };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return { at: Date.now(), status: 'DELETED' };
  }
}

async function reasonOf(run: NotifyInput): Promise<string | undefined> {
  const { workflowService, options } = getClient();
  const { history } = await workflowService.getWorkflowExecutionHistory({
    namespace: options.namespace,
    execution: run,
    historyEventFilterType:
      temporal.api.enums.v1.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
  });
  return history?.events?.at(-1)?.workflowExecutionTerminatedEventAttributes?.reason || undefined;
}
