import { type Command, Option } from 'commander';
import type { Mode, OnTimeout, SwitchbackInput } from '../../client';
import { type CommandContext, offering, type PairOptions, withPair } from '../command-context';
import { faultsOfInput, pairOf } from '../pair';

interface RunOptions extends Omit<SwitchbackInput, 'project' | 'service' | 'acknowledge'>, PairOptions {
  acknowledge?: string[];
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

const PLAN_EXAMPLES = `
Examples:
  switchback plan --project my-project pg-main
  switchback plan --project my-project pg-main --json | jq .plan`;

/** `run`, also `promote-to-master`, and `plan`. */
export function registerRun(program: Command, { environment, act }: CommandContext): void {
  const start = (mode: Mode | undefined) => (service: string, options: RunOptions) => {
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
      ...(mode === undefined ? {} : { mode }),
      ...(acknowledge === undefined
        ? {}
        : {
            acknowledge: acknowledge.map((check) => ({ check, by: requestedBy ?? '', reason: reason ?? '' })),
          }),
    };
    return act(
      json,
      async () => {
        const pair = pairOf(service, project, (named) => faultsOfInput({ ...how, ...named }));
        const { run } = require('../run') as typeof import('../run');
        return run({ ...how, ...pair }, { json, detach, embedded, embeddedDir }, environment);
      },
      service,
    );
  };

  withRunOptions(program.command('run').alias('promote-to-master'))
    .description('start a switchback of the pair and follow it to its end')
    .addOption(
      offering(
        new Option('--mode <mode>', 'rehearse goes to the end without the write; plan stops before it'),
        ['execute', 'rehearse', 'plan'] satisfies Mode[],
      ),
    )
    .addHelpText('after', RUN_EXAMPLES)
    .action(start(undefined));

  withRunOptions(program.command('plan'))
    .description('check everything and show what a run would write; nothing is written')
    .addHelpText('after', PLAN_EXAMPLES)
    .action(start('plan'));
}

/** What every command that starts a run takes. */
function withRunOptions(command: Command): Command {
  return withPair(command, 'the primary service, the one to make active, or PROJECT/SERVICE')
    .option('--recovery <service>', 'the recovery service; naming both confirms which one is the primary')
    .addOption(
      offering(new Option('--approval <when>', 'whether a person must approve'), ['none', 'required']),
    )
    .option('--acknowledge <check...>', 'soft findings that --requested-by answers for, with --reason')
    .addOption(
      offering(new Option('--on-timeout <policy>', 'when the pair does not settle and nobody decides'), [
        'return-to-recovery',
        'hold',
      ] satisfies OnTimeout[]),
    )
    .option('--converge-timeout <duration>', 'how long the services may take to settle (default 30m)')
    .option('--settle-window <duration>', 'how long the good state must hold (default 10s)')
    .option('--quiet-window <duration>', 'how long before an unanswered write may be repeated (default 1m)')
    .option(
      '--approval-window <duration>',
      'how long to wait for an approval or acknowledgement (default 1h)',
    )
    .option('--stall-window <duration>', 'how long without a change before an alarm is raised (default 10m)')
    .option('--decision-window <duration>', 'how long a person has to decide (default 10m)')
    .option(
      '--max-lag <limit>',
      'the replication lag to go on with, 5s or 16MB; needs database access (default 5s)',
    )
    .option('--catch-up-timeout <duration>', 'how long to wait for that lag (default 30m)')
    .option('--endpoint-timeout <duration>', 'how long all resolvers may take to follow (default 5m)')
    .option('--requested-by <who>', 'who asks, for the record')
    .option('--reason <text>', 'why, for the record')
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
