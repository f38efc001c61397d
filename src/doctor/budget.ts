import { Client, type Connection, WorkflowNotFoundError } from '@temporalio/client';
import type { ApiRate } from '../config/api-rate';
import { BUDGET_QUERY, type BudgetView } from '../contract/api-budget';
import { budgetIdOf } from '../hosting/api-budget';
import { ask, type Question, skip } from './ask';
import type { DoctorCheck } from './report';

const QUERY_LIMIT_MS = 3_000;

export const BUDGET: Question = {
  id: 'api-budget',
  group: 'temporal',
  title: 'API budget',
  remedy: 'See that a worker polls: without the limiter each takes a quarter of the budget, and runs go on.',
};

/** How many requests the workers of a token may send together; what is wrong with the setting is told elsewhere. */
export interface BudgetAsked {
  rate: ApiRate | undefined;
  baseUrl: string;
  token: () => Promise<string>;
}

/** What budget there is for requests to the API, and who shares it now. Starts no limiter. */
export async function examineBudget(
  connection: Connection,
  namespace: string,
  asked: BudgetAsked | undefined,
): Promise<DoctorCheck> {
  if (asked === undefined) return skip(BUDGET, 'there is no token, or no usable SWITCHBACK_API_RATE');
  const { rate, baseUrl, token } = asked;
  const configured = rate === undefined ? 'none until a 429' : `${rate.text} here (SWITCHBACK_API_RATE)`;
  return ask(BUDGET, async () => {
    const workflowId = budgetIdOf(baseUrl, await token());
    const { workflow } = new Client({ connection, namespace });
    const look = async () => {
      const { status } = await workflow.getHandle(workflowId).describe();
      return status.name === 'RUNNING' && workflow.getHandle(workflowId).query<BudgetView>(BUDGET_QUERY);
    };
    try {
      const view = await connection.withDeadline(Date.now() + QUERY_LIMIT_MS, look);
      return { verdict: 'ok', observed: `${configured}; ${view ? told(view) : 'no worker is busy'}` };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError)
        return { verdict: 'ok', observed: `${configured}; no worker is busy` };
      return { verdict: 'warn', observed: `${configured}; its limiter does not answer` };
    }
  });
}

function told({ workers, perMinute }: BudgetView): string {
  if (perMinute === undefined) return 'no worker is busy';
  return workers === 1 ? `one worker has ${perMinute}/min` : `${workers} workers share ${perMinute}/min`;
}
