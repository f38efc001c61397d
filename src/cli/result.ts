import type { Command } from 'commander';
import { SwitchbackError } from '../contract/errors';
import { withClient } from './connection';
import { type Door, type PairOptions, withPair } from './door';
import { printReport } from './follow-to-end';
import { type PairName, pairOf } from './pair';
import type { Surroundings } from './surroundings';

interface ResultOptions extends PairOptions {
  runId?: string;
  wait?: boolean;
}

const EXAMPLES = `
Examples:
  switchback result --project my-project pg-main
  switchback result my-project/pg-main --wait --json | jq .outcome
  switchback result my-project/pg-main --run-id 01a2060a-abfc-76a1-89ac-96658c563d26`;

/** `result`: the report of a run, and its exit code. */
export function registerResult(program: Command, { around, act }: Door): void {
  withPair(program.command('result'))
    .description('print the report of a run, and exit as that run did; needs no worker')
    .option('--run-id <id>', 'which run (default: the newest one of the pair)')
    .option('--wait', 'wait for the end of a run that is going on')
    .addHelpText('after', EXAMPLES)
    .action((service: string, { project, ...options }: ResultOptions) =>
      act(options.json, async () => result(pairOf(service, project), options, around)),
    );
}

function result(
  { project, service }: PairName,
  { json = false, runId, wait = false }: Omit<ResultOptions, 'project'>,
  around: Surroundings,
): Promise<number> {
  return withClient(around.env, async (client) => {
    const run = await client.find(project, service, runId);
    if (run.closedAt === undefined && !wait) {
      const phase = run.phase === undefined ? 'no worker has taken it up' : `phase ${run.phase}`;
      throw new SwitchbackError('STILL_RUNNING', `The run ${run.workflowId} is going on (${phase}).`);
    }
    return printReport(client, run, { json, farewell: 'The run goes on without you.' }, around);
  });
}
