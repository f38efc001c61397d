import type { Command } from 'commander';
import { SwitchbackError } from '../contract/errors';
import { type CommandContext, type PairOptions, withPair } from './command-context';
import type { CommandEnvironment } from './command-environment';
import { withClient } from './connection';
import { printReport } from './follow-to-end';
import { type PairName, pairOf } from './pair';

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
export function registerResult(program: Command, { environment, act }: CommandContext): void {
  withPair(program.command('result'))
    .description('print the report of a run, and exit as that run did; needs no worker')
    .option('--run-id <id>', 'which run (default: the newest one of the pair)')
    .option('--wait', 'wait for the end of a run that is going on')
    .addHelpText('after', EXAMPLES)
    .action((service: string, { project, ...options }: ResultOptions) =>
      act(options.json, async () => result(pairOf(service, project), options, environment)),
    );
}

function result(
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
