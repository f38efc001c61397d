import type { Command } from 'commander';
import { type CommandContext, type PairOptions, withPair } from '../command-context';
import { pairOf } from '../pair';

const EXAMPLES = `
Examples:
  switchback watch --project my-project pg-main
  switchback watch my-project/pg-main --json | jq .outcome`;

/** `watch`: what `run` shows, of a run that somebody else has started. */
export function registerWatch(program: Command, { environment, act }: CommandContext): void {
  withPair(program.command('watch'))
    .description('follow the newest run of the pair to its end; Ctrl-C stops watching, never the run')
    .addHelpText('after', EXAMPLES)
    .action((service: string, { project, json = false }: PairOptions) =>
      act(
        json,
        async () => {
          const pair = pairOf(service, project);
          const { watch } = require('../watch') as typeof import('../watch');
          return watch(pair, json, environment);
        },
        service,
      ),
    );
}
