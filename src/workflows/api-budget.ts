import { ApplicationFailure } from '@temporalio/common';
import {
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  BUDGET_QUERY,
  type BudgetState,
  type BudgetView,
  LEASE_UPDATE,
  type Lease,
  type LeaseAsked,
} from '../contract/api-budget';
import { grant, isIdle, isLeaseAsked, viewOf } from '../rules/budget-shares';

const lease = defineUpdate<Lease, [LeaseAsked]>(LEASE_UPDATE);
const budget = defineQuery<BudgetView>(BUDGET_QUERY);

/** Five events each; Temporal allows 2,000 updates in one run. */
const LEASES_IN_A_RUN = 500;
const LOOK_EVERY = '1m';

/**
 * Shares the budget of one API token among the workers that are busy. It ends within a minute or two of the last of them, and
 * the next busy worker starts it again.
 */
export async function apiBudgetWorkflow(before: BudgetState = { leases: [], pausedUntil: 0 }): Promise<void> {
  let state = before;
  let leases = 0;
  const give = (asked: LeaseAsked): Lease => {
    const granted = grant(state, asked, Date.now());
    state = granted.state;
    leases += 1;
    return granted.lease;
  };
  // Anybody can send it, with any JSON.
  const validator = (asked: unknown) => {
    if (!isLeaseAsked(asked))
      throw ApplicationFailure.nonRetryable('That is not what a worker asks.', 'INVALID_LEASE');
  };
  setHandler(lease, give, { validator });
  setHandler(budget, () => viewOf(state, Date.now()));
  const isFull = () => leases >= LEASES_IN_A_RUN || workflowInfo().continueAsNewSuggested;
  do {
    await condition(isFull, LOOK_EVERY);
  } while (!isFull() && !isIdle(state, Date.now()));
  if (isFull()) await continueAsNew<typeof apiBudgetWorkflow>(state);
}
