import { SwitchbackError } from '../contract/errors';
import type { PairOptions } from './command-context';
import type { CommandEnvironment } from './command-environment';
import { withClient } from './connection';
import { printReport } from './follow-to-end';
import type { PairName } from './pair';

export interface ResultOptions extends PairOptions {
  runId?: string;
  wait?: boolean;
}

/** `result`: the report of a run, and its exit code. */
export function result(
  { project, service }: PairName,
  { json = false, runId, wait = false }: Omit<ResultOptions, 'project'>,
  environment: CommandEnvironment,
): Promise<number> {
  return withClient(environment.env, async (client) => {
    const run = await client.find(project, service, runId);
    if (run.closedAt === undefined && !wait) {
      const phase = run.phase === undefined ? 'no worker has taken it up' : `phase ${run.phase}`;
      throw new SwitchbackError('STILL_RUNNING', `The run ${run.workflowId} is going on (${phase}).`);
    }
    return printReport(client, run, { json, nextSteps: 'The run goes on without you.' }, environment);
  });
}
