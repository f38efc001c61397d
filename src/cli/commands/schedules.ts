import { type Command, Option } from 'commander';
import { scheduleModes } from '../../contract/workflow-id';
import { compact } from '../../util/compact';
import { type CommandContext, offering, type PairOptions, withPair } from '../command-context';
import { pairOf } from '../pair';
import type { ChangeOptions, ScheduleOptions } from '../schedules';

const EXAMPLES = `
Examples:
  switchback drill schedule my-project/pg-main --cron "0 3 * * *" --time-zone Europe/Helsinki
  switchback drill schedule my-project/pg-main --cron "0 10 1 * *" --mode drill --soak 10m --requested-by ops@example.com
  switchback drill list
  switchback drill pause my-project/pg-main --by ops@example.com --reason INC-123`;

/** What is done to a schedule by name and reason. */
const CHANGES = {
  pause: 'start nothing by the schedule until it is resumed',
  resume: 'start by the schedule again',
} as const;

/** `drill schedule`, `list`, `pause`, `resume` and `delete`: the Temporal Schedules that practise. */
export function registerSchedules(program: Command, { environment, act }: CommandContext): void {
  const drill = program.commands.find((command) => command.name() === 'drill');
  if (drill === undefined) throw new Error('the schedules are commands of drill, which is not there');
  const load = () => require('../schedules') as typeof import('../schedules');

  withMode(withPair(drill.command('schedule'), 'the primary service, or PROJECT/SERVICE'))
    .description('practise again and again: a rehearsal by default, which writes nothing')
    .option('--cron <times>', 'when, in five fields: "0 3 * * *" is every day at three')
    .option('--time-zone <name>', 'the IANA name of the time zone of --cron (default UTC)')
    .option('--jitter <duration>', 'a start is put off by up to so much, by chance (default 10m)')
    .option('--catch-up-window <duration>', 'how late a start may be before it is dropped (default 1h)')
    .option('--soak <duration>', 'how long a drill stays in the other region (default 5m)')
    .option('--requested-by <text>', 'who asks, for the record of every run')
    .option('--reason <text>', 'why, for the record of every run')
    .addHelpText('after', EXAMPLES)
    .action((service: string, options: ScheduleOptions & PairOptions) => {
      const { project, json = false, ...rest } = options;
      return act(
        json,
        async () => {
          const { requestedBy, reason, soak } = rest;
          const input = compact({ requestedBy, reason, soak });
          const pair = pairOf(service, project, (named) => load().faultsOf({ ...input, ...named }, rest));
          return load().schedule({ ...input, ...pair }, rest, json, environment);
        },
        service,
      );
    });

  drill
    .command('list')
    .description('list the schedules, with their next and their last run')
    .option('--project <name>', 'only schedules of this Aiven project')
    .option('--service <name>', 'only schedules of this primary service')
    .option('--json', 'print one line of JSON for each schedule')
    .addHelpText('after', EXAMPLES)
    .action((options: { project?: string; service?: string; json?: boolean }) =>
      act(options.json, async () => {
        const { json = false, ...filter } = options;
        return load().listSchedules(filter, json, environment);
      }),
    );

  for (const [name, description] of Object.entries(CHANGES) as [keyof typeof CHANGES, string][]) {
    withMode(withPair(drill.command(name), 'the primary service, or PROJECT/SERVICE'))
      .description(description)
      .option('--by <who>', 'who says so, for the record')
      .option('--reason <text>', 'why, for the record')
      .addHelpText('after', EXAMPLES)
      .action((service: string, { project, json = false, ...options }: ChangeOptions & PairOptions) =>
        act(
          json,
          async () => load().change(name, { ...pairOf(service, project), ...options }, json, environment),
          service,
        ),
      );
  }

  withMode(withPair(drill.command('delete'), 'the primary service, or PROJECT/SERVICE'))
    .description('delete the schedule; a run that goes on is left alone')
    .addHelpText('after', EXAMPLES)
    .action((service: string, { project, json = false, mode }: ChangeOptions & PairOptions) =>
      act(
        json,
        async () =>
          load().deleteSchedule({ ...pairOf(service, project), ...compact({ mode }) }, json, environment),
        service,
      ),
    );
}

function withMode(command: Command): Command {
  const mode = new Option('--mode <mode>', 'what the schedule does (default rehearse)');
  return command.addOption(offering(mode, scheduleModes));
}
