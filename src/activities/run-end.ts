import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { RunIdentity } from '../contract/events';
import type { NotifyInput } from '../contract/notifications';
import type { SwitchbackReport } from '../contract/report';
import { searchAttributes } from '../contract/search-attributes';
import { compact } from '../util/compact';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

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
  /** What the run itself gave as its end, where it gave one. */
  report?: Pick<SwitchbackReport, 'outcome' | 'headline' | 'next'> & Partial<SwitchbackReport>;
  /** Which pair it was about, as the list shows it. */
  identity?: RunIdentity;
}

/** `undefined` while the run goes on. */
export async function endOf(run: NotifyInput): Promise<RunEndInTemporal | undefined> {
  try {
    const found = await getClient().workflow.getHandle(run.workflowId, run.runId).describe();
    if (found.status.name === 'RUNNING') return undefined;
    const closing = await closingEventOf(run);
    const reason = closing?.workflowExecutionTerminatedEventAttributes?.reason || undefined;
    const report = reportIn(closing);
    const resetTo = found.raw.workflowExtendedInfo?.resetRunId || undefined;
    const project = found.typedSearchAttributes.get(searchAttributes.project);
    const primary = found.typedSearchAttributes.get(searchAttributes.service);
    return {
      at: (found.closeTime ?? new Date()).getTime(),
      status: found.status.name,
      ...compact({ reason, report, resetTo }),
      ...(project === undefined || primary === undefined ? {} : { identity: { project, primary, ...run } }),
    };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return { at: Date.now(), status: 'DELETED' };
  }
}

async function closingEventOf(run: NotifyInput): Promise<HistoryEvent | undefined> {
  const { workflowService, options } = getClient();
  const { history } = await workflowService.getWorkflowExecutionHistory({
    namespace: options.namespace,
    execution: run,
    historyEventFilterType:
      temporal.api.enums.v1.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
  });
  return history?.events?.at(-1);
}

/** The result of a run that ended well, or the first detail of its failure. */
function reportIn(closing: HistoryEvent | undefined): RunEndInTemporal['report'] {
  const payload =
    closing?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0] ??
    closing?.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo?.details?.payloads?.[0];
  if (!payload) return undefined;
  const { payloadConverter } = getClient().options.loadedDataConverter;
  const report = payloadConverter.fromPayload<Partial<SwitchbackReport> | undefined>(payload);
  const { outcome, headline, next } = report ?? {};
  if (outcome === undefined || headline === undefined || next === undefined) return undefined;
  return { ...report, outcome, headline, next };
}
