import { createHash, randomUUID } from 'node:crypto';
import { Client, WithStartWorkflowOperation } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { Logger, NativeConnection } from '@temporalio/worker';
import { type Priority, RequestBudget } from '../aiven';
import type { WorkerConfig } from '../config/worker';
import {
  API_BUDGET_ID_PREFIX,
  API_BUDGET_WORKFLOW_TYPE,
  LEASE_UPDATE,
  type Lease,
  type LeaseAsked,
} from '../contract/api-budget';

/** A limiter that does not answer in this time is away. */
const LEASE_LIMIT_MS = 2_000;
/** So that a limiter whose task queue has no worker any more makes room for another one. */
const RUN_TIMEOUT = '1h';

interface Surroundings {
  /** The present connection: it may be another one tomorrow. */
  connection: () => NativeConnection;
  namespace: string;
  log: Logger;
  onGrant: (priority: Priority, waitedMs: number) => void;
}

/** The budget of a worker, of which the limiter workflow of its token gives it a share. */
export function sharedBudget(
  { aiven, apiRate, taskQueue }: WorkerConfig,
  { connection, namespace, log, onGrant }: Surroundings,
): RequestBudget {
  const worker = randomUUID();
  const lease = async (asked: Omit<LeaseAsked, 'worker'>): Promise<Lease> => {
    const workflowId = budgetIdOf(aiven.baseUrl, await aiven.token());
    const present = connection();
    const { workflow } = new Client({ connection: present, namespace });
    const startWorkflowOperation = new WithStartWorkflowOperation(API_BUDGET_WORKFLOW_TYPE, {
      workflowId,
      taskQueue,
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowRunTimeout: RUN_TIMEOUT,
      staticSummary: `budget for requests to ${aiven.baseUrl}`,
      args: [],
    });
    const ask = () =>
      workflow.executeUpdateWithStart<Workflow, Lease, [LeaseAsked]>(LEASE_UPDATE, {
        args: [{ ...asked, worker }],
        startWorkflowOperation,
      });
    return present.withDeadline(Date.now() + LEASE_LIMIT_MS, ask);
  };
  const onLimiter = (error: unknown) => {
    if (error === undefined) log.info('the limiter of the API budget answers again');
    else
      log.warn('the limiter of the API budget does not answer; this worker takes a small share', { error });
  };
  return new RequestBudget({ perMinute: apiRate?.perMinute, lease, onGrant, onLimiter });
}

/** The same for all who use one token for one API; tells nothing of the token, and is short enough to fit many of them. */
export function budgetIdOf(baseUrl: string, token: string): string {
  const fingerprint = createHash('sha256')
    .update(`switchback ${baseUrl} ${token}`)
    .digest('hex')
    .slice(0, 12);
  return `${API_BUDGET_ID_PREFIX}${fingerprint}`;
}
