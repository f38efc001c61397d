import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from '../command-context';
import type { ListOptions } from '../list';
import { assertFaultless, faultsOfInput } from '../pair';

const EXAMPLES = `
Examples:
  switchback list
  switchback list --waiting
  switchback list --project my-project --service pg-main --failed --limit 5
  switchback list --running --json | jq -r .workflowId`;

/** `list`: the runs that Temporal lists. */
export function registerList(program: Command, { environment, act }: CommandContext): void {
  program
    .command('list')
    .description('list runs, those that go on first; needs no worker')
    .option('--project <name>', 'only runs of this Aiven project')
    .option('--service <name>', 'only runs that were started for this service')
    .addOption(new Option('--running', 'only runs that go on').conflicts(['waiting', 'failed']))
    .addOption(new Option('--waiting', 'only runs that wait for a person').conflicts(['running', 'failed']))
    .addOption(
      new Option('--failed', 'only runs that failed, or were cancelled or terminated').conflicts([
        'running',
        'waiting',
      ]),
    )
    .option('--limit <n>', 'how many at most', positive, 20)
    .option('--json', 'print one line of JSON for each run')
    .addHelpText('after', EXAMPLES)
    .action((options: ListOptions) =>
      act(options.json, async () => {
        const { project = 'any', service = 'any' } = options;
        assertFaultless(faultsOfInput({ project, service }));
        const { list } = require('../list') as typeof import('../list');
        return list(options, environment);
      }),
    );
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return Number(text);
}
