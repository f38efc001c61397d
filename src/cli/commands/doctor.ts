import type { Command } from 'commander';
import { SwitchbackError } from '../../contract/errors';
import type { CommandContext, PairOptions } from '../command-context';
import { pairOf } from '../pair';

const EXAMPLES = `
Examples:
  switchback doctor
  switchback doctor my-project/pg-main
  switchback doctor --json | jq '.checks[] | select(.verdict == "fail")'`;

/** `doctor`: everything that a switchback needs, looked at without changing anything. */
export function registerDoctor(program: Command, { environment, act }: CommandContext): void {
  program
    .command('doctor')
    .description('look at everything that a switchback needs, and say what to do; changes nothing')
    .argument(
      '[service]',
      'a service of the pair, or PROJECT/SERVICE (default: the pairs of SWITCHBACK_DATABASES)',
    )
    .option('--project <name>', 'the Aiven project of both services')
    .option('--json', 'print one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action((service: string | undefined, options: PairOptions) =>
      act(
        options.json,
        async () => {
          const { project, json = false } = options;
          if (service === undefined && project !== undefined)
            throw new SwitchbackError('INVALID_INPUT', '--project names no pair without a service.');
          const pair = service === undefined ? undefined : pairOf(service, project);
          const { doctor } = require('../doctor') as typeof import('../doctor');
          return doctor(pair, json, environment);
        },
        service,
      ),
    );
}
