import { getClient } from '@temporalio/activity';
import { type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';

/** What Temporal says of a workflow that is going on, by default the newest run of that id; `undefined` when none is. */
export async function runningWorkflow(
  workflowId: string,
  runId?: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    const found = await getClient().workflow.getHandle(workflowId, runId).describe();
    return found.status.name === 'RUNNING' ? found : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
