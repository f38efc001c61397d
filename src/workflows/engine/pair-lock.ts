import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { condition, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { Pair } from '../../contract/observation';
import { type LockHolder, lockIdOf } from '../../contract/pair-lock';
import { now } from '../../util/now';
import { inspect } from './activity-proxies';
import type { Run } from './run';

/** Contenders may meet a leaked lock at the same instant; all but one then find a living holder. */
const ATTEMPTS = 3;

/**
 * The lock of a pair: a workflow that does nothing, whose id is the pair's, so that the server itself grants it once.
 * It ends with its parent, however that ends.
 */
export async function pairLockWorkflow(_holder: LockHolder): Promise<void> {
  await condition(() => false);
}

/** Takes the lock of the pair, or ends the run and names who holds it. */
export async function lock({ record }: Run): Promise<void> {
  record.note('taking the lock of the pair');
  const holder = await takeLock(record.requirePair);
  if (holder === undefined) return;
  throw record.failure(
    'LOCKED',
    'blocked',
    `${record.nothingWritten}: the run ${holder.workflowId} (${holder.runId}) holds the lock of the pair since ${holder.since}.`,
  );
}

/**
 * A lock that outlived its holder (Reset leaves the child behind) is ended by
 * the inspection and taken over.
 *
 * @returns `undefined`, or the holder when the lock is somebody else's.
 */
async function takeLock(pair: Pair): Promise<LockHolder | undefined> {
  const { workflowId, runId } = workflowInfo();
  const lockId = lockIdOf(pair);
  const me: LockHolder = { workflowId, runId, since: now() };
  let holder: LockHolder | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      await startChild(pairLockWorkflow, {
        workflowId: lockId,
        parentClosePolicy: ParentClosePolicy.TERMINATE,
        args: [me],
        memo: { holder: me },
        staticSummary: `lock of ${pair.primary} and ${pair.recovery}`,
      });
      return undefined;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const found = await inspect('see who holds the lock').inspectLock({ lockId, contender: workflowId });
      if (found.held) return found.holder;
      holder = found.holder;
    }
  }
  return holder;
}
