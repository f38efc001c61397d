import type { Pair } from './observation';

/** The name under which the lock's workflow function is exported. */
export const LOCK_WORKFLOW_TYPE = 'pairLockWorkflow';

/** What the workflow id of every lock begins with. */
export const LOCK_ID_PREFIX = 'switchback-lock.';

/** Who holds the lock of a pair: the lock's one argument and, as its memo, what a person reads. */
export interface LockHolder {
  workflowId: string;
  runId: string;
  /** ISO 8601. */
  since: string;
}

/**
 * The workflow id of a pair's lock: the same whichever of the two services a run was started for, and whatever the
 * run's own id is.
 */
export function lockIdOf({
  project,
  primary,
  recovery,
}: Pick<Pair, 'project' | 'primary' | 'recovery'>): string {
  const [first, second] = [primary, recovery].sort();
  return `${LOCK_ID_PREFIX}${project}.${first}.${second}`;
}
