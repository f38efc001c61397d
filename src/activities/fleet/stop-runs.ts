import { getClient } from '@temporalio/activity';
import type { StoppedRuns, StopRunsInput } from '../../contract/fleet-activities';
import { abortUpdate } from '../../contract/messages';

/** So many are asked at once. */
const AT_ONCE = 20;
/** A worker that is there answers in milliseconds. A run that does not answer is not waited for. */
const ANSWER_MS = 15_000;

/** Sends each run the update `abort`, which stops it as long as nothing was written. */
export async function stopRuns({ workflowIds, by, reason }: StopRunsInput): Promise<StoppedRuns> {
  const result: StoppedRuns = { stopped: [], goOn: [] };
  for (let at = 0; at < workflowIds.length; at += AT_ONCE) {
    const some = workflowIds.slice(at, at + AT_ONCE);
    const effects = await Promise.all(some.map((workflowId) => stop(workflowId, { by, reason })));
    some.forEach((workflowId, index) => {
      (effects[index] ? result.stopped : result.goOn).push(workflowId);
    });
  }
  return result;
}

async function stop(workflowId: string, payload: { by: string; reason: string }): Promise<boolean> {
  const client = getClient();
  try {
    const answer = await client.withDeadline(Date.now() + ANSWER_MS, () =>
      client.workflow.getHandle(workflowId).executeUpdate(abortUpdate, { args: [payload] }),
    );
    return answer.effect === 'aborted';
  } catch {
    // It has ended, refuses, or does not answer: it goes its way, and the fleet waits for its end.
    return false;
  }
}
