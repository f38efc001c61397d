import type { Command } from 'commander';
import { type CommandContext, withPair } from '../command-context';
import { pairOf } from '../pair';
import type { ResultOptions } from '../result';

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
      act(
        options.json,
        async () => {
          const pair = pairOf(service, project);
          const { result } = require('../result') as typeof import('../result');
          return result(pair, options, environment);
        },
        service,
      ),
    );
}
