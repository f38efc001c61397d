import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { InspectLockInput, LockInspection } from '../contract/activities';
import type { LockHolder } from '../contract/pair-lock';

/**
 * Says whether the lock of a pair is held by a run that is still going on. A lock that leaked is ended here: its holder
 * is closed, or has the contender's own workflow id (a workflow id runs once, so that was this run before a Reset).
 */
export async function inspectLock({ lockId, contender }: InspectLockInput): Promise<LockInspection> {
  const lock = await describe(lockId);
  if (lock === undefined) return { held: false, holder: undefined };
  const holder = lock.memo?.holder as LockHolder | undefined;
  // The newest run of the holder's id: after a Reset it is not the run that took the lock.
  if (holder !== undefined && holder.workflowId !== contender) {
    const running = await describe(holder.workflowId);
    if (running !== undefined) return { held: true, holder: { ...holder, runId: running.runId } };
  }
  try {
    await getClient().workflow.getHandle(lockId, lock.runId).terminate(`leaked: taken over by ${contender}`);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  return { held: false, holder };
}

/** The newest run with this workflow id, if it is going on. */
async function describe(workflowId: string) {
  try {
    const found = await getClient().workflow.getHandle(workflowId).describe();
    return found.status.name === 'RUNNING' ? found : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
