import type { Command } from 'commander';
import { type CommandContext, type PairOptions, withPair } from '../command-context';
import { pairOf } from '../pair';

const EXAMPLES = `
Examples:
  switchback evidence --project my-project pg-main --out ./evidence
  switchback evidence my-project/pg-main --run-id 01a2060a-abfc-76a1-89ac-96658c563d26
  switchback evidence verify switchback.my-project.pg-main-….json --head 4d49787d…`;

/** `evidence`, and `evidence verify`. */
export function registerEvidence(program: Command, { environment, act }: CommandContext): void {
  const command = withPair(program.command('evidence'))
    .description('rebuild the evidence of a run from Temporal, as JSON and as a page; needs no worker')
    .option('--run-id <id>', 'which run (default: the newest one of the pair)')
    .option('--out <folder>', 'where to write both files', '.')
    .addHelpText('after', EXAMPLES)
    .action((service: string, options: PairOptions & { runId?: string; out: string }) => {
      const { project, runId, out, json = false } = options;
      return act(
        json,
        async () => {
          const pair = pairOf(service, project);
          const { evidence } = require('../evidence') as typeof import('../evidence');
          return evidence(pair, { runId, out, json }, environment);
        },
        service,
      );
    });

  command
    .command('verify')
    .description('find any changed byte of a bundle, or of a page')
    .argument('<file>', 'the .json or the .html')
    .option('--head <hash>', 'the head of the chain, as it was kept elsewhere')
    .option('--json', 'print one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action((file: string, _: unknown, verifyCommand: Command) => {
      // Both commands know --json, and the outer one takes it when it stands before the file.
      const { head, json = false } = verifyCommand.optsWithGlobals<{ head?: string; json?: boolean }>();
      return act(json, async () => {
        const { verify } = require('../evidence') as typeof import('../evidence');
        return verify(file, { head, json }, environment);
      });
    });
}
