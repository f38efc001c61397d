import { type Command, Option } from 'commander';
import type { Mode, Procedure, SwitchbackInput } from '../../client';
import { fieldsOf } from '../../contract/input';
import { type InputField, inputFields } from '../../contract/input-fields';
import { compact } from '../../util/compact';
import { type CommandContext, offering, type PairOptions, withPair } from '../command-context';
import { faultsOfInput, pairOf } from '../pair';

interface RunOptions extends Omit<SwitchbackInput, 'project' | 'service' | 'acknowledge'>, PairOptions {
  acknowledge?: string[];
  drill?: boolean;
  soak?: string;
  rebuildTimeout?: string;
  takeOver?: 'at-once' | 'on-approval';
  takeOverAt?: string;
  detach?: boolean;
  embedded?: boolean;
  embeddedDir?: string;
}

const RUN_EXAMPLES = `
Examples:
  switchback run --project my-project pg-main
  switchback run --project my-project pg-main --reason INC-123 --requested-by ops@example.com
  switchback run --project my-project pg-main --acknowledge recent-change --reason INC-123 --requested-by ops@example.com
  switchback promote-to-master --project my-project pg-main --json
  switchback run --project my-project pg-main --embedded     no Temporal server at hand`;

const SWITCHOVER_EXAMPLES = `
Examples:
  switchback switchover --project my-project pg-main --mode plan
  switchback switchover --project my-project pg-main --reason INC-123 --requested-by ops@example.com

The named service is the primary here, too. A region that has died needs a failover, not this.`;

const FAILOVER_EXAMPLES = `
Examples:
  switchback failover --project my-project pg-main --mode plan --confirm pg-main --reason INC-123 --requested-by ops@example.com
  switchback failover --project my-project pg-main --confirm pg-main --reason INC-123 --requested-by ops@example.com

DESTROYS the primary; what was not replicated is lost. A second person approves it:
  switchback approve my-project/pg-main --service pg-main --fingerprint HASH --by second@example.com --reason INC-123`;

const FAILBACK_EXAMPLES = `
Examples:
  switchback failback --project my-project pg-main --mode plan
  switchback failback --project my-project pg-main --take-over on-approval --requested-by ops@example.com
  switchback failback --project my-project pg-main --take-over-at 2026-12-01T02:00:00Z --reason INC-123

After a failover: the failed primary is rebuilt (what it had is lost), and then made active. Started again, it goes on.`;

const DRILL_EXAMPLES = `
Examples:
  switchback drill --project my-project pg-main --mode plan
  switchback drill --project my-project pg-main --soak 10m --reason "quarterly drill" --requested-by ops@example.com

It makes the recovery service active for real, and the primary again after the soak.`;

const PLAN_EXAMPLES = `
Examples:
  switchback plan --project my-project pg-main
  switchback plan --project my-project pg-main --json | jq .plan`;

/** `run`, also `promote-to-master`, `plan`, `switchover`, `failover`, `failback` and `drill`. */
export function registerRun(program: Command, { environment, act }: CommandContext): void {
  const start = (procedure: Procedure, mode?: Mode) => (service: string, options: RunOptions) => {
    const {
      json = false,
      detach = false,
      embedded = false,
      embeddedDir,
      acknowledge,
      project,
      ...rest
    } = options;
    const { requestedBy, reason } = rest;
    const how = {
      ...rest,
      ...compact({ mode }),
      ...(acknowledge === undefined
        ? {}
        : {
            acknowledge: acknowledge.map((check) => ({ check, by: requestedBy ?? '', reason: reason ?? '' })),
          }),
    };
    return act(
      json,
      async () => {
        const pair = pairOf(service, project, (named) => faultsOfInput({ ...how, ...named }, procedure));
        const { run } = require('../run') as typeof import('../run');
        const flags = { procedure, json, detach, embedded, embeddedDir };
        return run({ ...how, ...pair }, flags, environment);
      },
      service,
    );
  };

  const modes = () =>
    offering(
      new Option('--mode <mode>', 'rehearse goes to the end without the write; plan stops before it'),
      inputFields.mode.choices,
    );

  withRunOptions(program.command('run').alias('promote-to-master'), 'switchback')
    .description('start a switchback of the pair and follow it to its end')
    .addOption(modes())
    .addHelpText('after', RUN_EXAMPLES)
    .action(start('switchback'));

  withRunOptions(program.command('plan'), 'switchback')
    .description('check everything and show what a run would write; nothing is written')
    .addHelpText('after', PLAN_EXAMPLES)
    .action(start('switchback', 'plan'));

  withRunOptions(program.command('switchover'), 'switchover')
    .description('make the recovery service active, in good order, and follow the run to its end')
    .addOption(modes())
    .addHelpText('after', SWITCHOVER_EXAMPLES)
    .action(start('switchover'));

  withRunOptions(program.command('failover'), 'failover')
    .description('the region has died: DESTROY the primary, and make the recovery service active')
    .addOption(modes())
    .addHelpText('after', FAILOVER_EXAMPLES)
    .action(start('failover'));

  withRunOptions(program.command('failback'), 'failback')
    .description('after a failover: rebuild the failed primary, and bring the pair home')
    .addOption(modes())
    .addHelpText('after', FAILBACK_EXAMPLES)
    .action(start('failback'));

  withRunOptions(program.command('drill').enablePositionalOptions(), 'drill')
    .description('practise: switch the pair over, stay there for a while, and come home')
    .addOption(modes())
    .addHelpText('after', DRILL_EXAMPLES)
    .action(start('drill'));
}

/** What every command that starts a run takes. */
function withRunOptions(command: Command, procedure: Procedure): Command {
  const what =
    procedure === 'switchback' ? 'the primary service, the one to make active,' : 'the primary service,';
  const named = withPair(command, `${what} or PROJECT/SERVICE`);
  for (const [name, field] of Object.entries<InputField>(fieldsOf(procedure))) {
    if (field.option !== undefined) named.addOption(optionOf(name, field, field.option));
  }
  return named
    .option('--acknowledge <check...>', 'soft findings that --requested-by answers for, with --reason')
    .option('--detach', 'print the workflow id and do not follow')
    .addOption(
      new Option('--embedded', 'run Temporal and the worker inside this command')
        // A run in a server that ends with the command would stand still.
        .conflicts('detach'),
    )
    .addOption(
      new Option(
        '--embedded-dir <folder>',
        'where --embedded keeps its database (default: the state folder of the user)',
      ).implies({ embedded: true }),
    );
}

/** What an option takes, by the kind of its field. */
const VALUES: Record<Exclude<InputField['kind'], 'flag'>, string> = {
  name: 'service',
  choice: 'choice',
  duration: 'duration',
  lag: 'limit',
  text: 'text',
  time: 'time',
  acknowledgements: 'check...',
};

/** `--converge-timeout <duration>` of the field `convergeTimeout`. */
function optionOf(name: string, field: InputField, help: string): Option {
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const fallback = field.kind === 'duration' || field.kind === 'lag' ? ` (default ${field.default})` : '';
  if (field.kind === 'flag') return new Option(`--${flag}`, help);
  const option = new Option(`--${flag} <${VALUES[field.kind]}>`, `${help}${fallback}`);
  return field.kind === 'choice' ? offering(option, field.choices) : option;
}
