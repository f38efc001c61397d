import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { InspectLockInput, LockInspection } from '../contract/activities';
import { LOCK_ID_PREFIX, type LockHolder } from '../contract/pair-lock';
import { procedureTypes } from '../contract/procedure';
import { runningWorkflow } from './running-workflow';

/**
 * Says whether the lock of a pair is held by a run that is still going on. Temporal says whose child the lock is;
 * its memo is only what somebody wrote. Any other lock is ended here: one that leaked (its holder is closed, or has the
 * contender's own workflow id, so that it was this run before a Reset), and one that somebody started by hand.
 */
export async function inspectLock({ lockId, contender }: InspectLockInput): Promise<LockInspection> {
  if (!lockId.startsWith(LOCK_ID_PREFIX)) throw new Error(`${lockId} is not the id of a lock`);
  const lock = await runningWorkflow(lockId);
  if (lock === undefined) return { held: false, holder: undefined };
  const { workflowId, runId } = lock.parentExecution ?? {};
  const since = lock.startTime.toISOString();
  const holder: LockHolder | undefined = workflowId && runId ? { workflowId, runId, since } : undefined;
  if (holder !== undefined && holder.workflowId !== contender) {
    // The newest run of the holder's id: after a Reset it is not the run that took the lock.
    const running = await runningWorkflow(holder.workflowId);
    if (running && procedureTypes.includes(running.type))
      return { held: true, holder: { ...holder, runId: running.runId } };
  }
  try {
    const reason = `no running procedure holds it: taken over by ${contender}`;
    await getClient().workflow.getHandle(lockId, lock.runId).terminate(reason);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  return { held: false, holder };
}
