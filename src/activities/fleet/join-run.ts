import { getClient } from '@temporalio/activity';
import { temporal } from '@temporalio/proto';
import { type PairResult, pairResultOf } from '../../contract/fleet';
import type { JoinInput } from '../../contract/fleet-activities';
import { sleep } from '../../util/sleep';
import { abortable } from '../abortable';
import { endOf } from '../run-end';
import { withHeartbeat } from '../with-heartbeat';

/** The server answers a long poll that meets no end after 20 s; an answer that takes longer is lost. */
const POLL_LIMIT_MS = 40_000;
/** After a call that failed, and after an end of which Temporal does not tell yet. */
const PAUSE_MS = 1_000;

/** Waits for the end of a run by Temporal's own long poll. A Reset leads to the run that took over. */
export function joinRun({ workflowId, runId }: JoinInput, stopping: AbortSignal): Promise<PairResult> {
  return withHeartbeat(
    () => ({ observed: `${workflowId} goes on`, at: new Date().toISOString() }),
    stopping,
    async (signal) => {
      let run = { workflowId, runId: runId ?? (await newestRunOf(workflowId)) };
      for (;;) {
        signal.throwIfAborted();
        const isClosed = await pollEnd(run, signal);
        const end = isClosed ? await abortable(endOf(run), signal).catch(() => undefined) : undefined;
        if (end?.resetTo !== undefined) run = { workflowId, runId: end.resetTo };
        else if (end !== undefined) return resultOf(workflowId, end.status, end.report);
        else if (isClosed) await sleep(PAUSE_MS, signal);
      }
    },
  );
}

/** So that a later run of the same id is not taken for this one; empty when Temporal does not tell now: then the newest counts. */
async function newestRunOf(workflowId: string): Promise<string> {
  const found = await getClient()
    .workflow.getHandle(workflowId)
    .describe()
    .catch(() => undefined);
  return found?.runId ?? '';
}

/** @returns whether the run is closed, or Temporal no longer knows it. */
async function pollEnd(run: { workflowId: string; runId: string }, signal: AbortSignal): Promise<boolean> {
  const { connection, workflowService, options } = getClient();
  const request = {
    namespace: options.namespace,
    execution: run,
    waitNewEvent: true,
    historyEventFilterType:
      temporal.api.enums.v1.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
  };
  try {
    const poll = connection.withDeadline(Date.now() + POLL_LIMIT_MS, () =>
      workflowService.getWorkflowExecutionHistory(request),
    );
    const { history } = await abortable(poll, signal);
    return (history?.events ?? []).length > 0;
  } catch {
    signal.throwIfAborted();
    await sleep(PAUSE_MS, signal);
    // `endOf` tells one that is gone from a server that does not answer.
    return true;
  }
}

function resultOf(
  workflowId: string,
  status: string,
  report: Parameters<typeof pairResultOf>[0] | undefined,
): PairResult {
  if (report !== undefined) return pairResultOf(report);
  return {
    code: status === 'CANCELLED' ? 'CANCELLED' : 'NO_REPORT',
    note: `${workflowId} ended without a report (${status.toLowerCase()}): look at both services.`,
  };
}
