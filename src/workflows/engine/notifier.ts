import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { type NotifyInput, type NotifyProgress, notifierIdOf } from '../../contract/notifications';
import { cut } from '../../util/text';
import { tell } from './activity-proxies';

/**
 * Tells the configured sinks what happens to a run. It is a workflow of its own, so that neither a sink that hangs nor
 * one that is away for an hour holds up the run, and so that somebody is told when the run itself is terminated.
 *
 * @returns how far each sink got.
 */
export async function notifierWorkflow(input: NotifyInput): Promise<NotifyProgress> {
  return tell(`tell what happens to ${cut(input.workflowId, 100)}`).notify(input);
}

/** Starts the notifier of this run; it goes on when the run has ended, however it did. @returns its workflow id. */
export async function startNotifier(project: string, service: string): Promise<string> {
  // A Reset gives the run another id, and must not give its commands another content.
  const { workflowId, originalExecutionRunId: runId } = workflowInfo();
  const notifierId = notifierIdOf(runId);
  try {
    await startChild(notifierWorkflow, {
      workflowId: notifierId,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [{ workflowId, runId }],
      staticSummary: `notifications about ${project}/${service}`,
    });
  } catch (error) {
    // After a Reset it is there already, and follows the run.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return notifierId;
}
