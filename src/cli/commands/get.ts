import type { Command } from 'commander';
import { type CommandContext, type PairOptions, withPair } from '../command-context';
import { pairOf } from '../pair';

const EXAMPLES = `
Examples:
  switchback get my-project/pg-main
  switchback status --project my-project pg-main --json`;

/** `get`, also `status`: both services and the run. */
export function registerGet(program: Command, { environment, act }: CommandContext): void {
  withPair(program.command('get').alias('status'), 'either service of the pair, or PROJECT/SERVICE')
    .description('show both services and the run of the pair')
    .addHelpText('after', EXAMPLES)
    .action((service: string, { project, json = false }: PairOptions) =>
      act(
        json,
        async () => {
          const pair = pairOf(service, project);
          const { get } = require('../get') as typeof import('../get');
          return get(pair, { json }, environment);
        },
        service,
      ),
    );
}
