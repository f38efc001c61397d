import { Command, CommanderError, Option } from 'commander';
import type { Mode, OnTimeout, SwitchbackInput } from '../client';
import { exitCodeMeanings, exitCodes } from '../contract/errors';
import { version } from '../version';
import { fail, get, run, type Surroundings } from './commands';
import { evidence, verify } from './evidence';

interface RunOptions extends Omit<SwitchbackInput, 'service' | 'acknowledge'> {
  acknowledge?: string[];
  json?: boolean;
  detach?: boolean;
  embedded?: boolean;
  embeddedDir?: string;
}

interface EvidenceOptions {
  project?: string;
  runId?: string;
  out: string;
  json?: boolean;
}

const EXIT_CODES = [
  '\nExit codes:',
  ...Object.entries(exitCodeMeanings).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`),
].join('\n');

const EXAMPLES = `
Examples:
  switchback get --project my-project pg-main
  switchback run --project my-project pg-main`;

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

const GET_EXAMPLES = `
Examples:
  switchback get --project my-project pg-main
  switchback status --project my-project pg-main --json`;

const EVIDENCE_EXAMPLES = `
Examples:
  switchback evidence --project my-project pg-main --out ./evidence
  switchback evidence my-project/pg-main --run-id 01a2060a-abfc-76a1-89ac-96658c563d26
  switchback evidence verify switchback.my-project.pg-main-….json --head 4d49787d…`;

/** What every command that starts a run takes. */
function withRunOptions(command: Command): Command {
  return command
    .argument('<service>', 'the primary service: the one to make active')
    .requiredOption('--project <name>', 'the Aiven project of both services')
    .option('--recovery <service>', 'the recovery service; naming both confirms which one is the primary')
    .addOption(new Option('--approval <when>', 'whether a person must approve').choices(['none', 'required']))
    .option('--acknowledge <check...>', 'soft findings that --requested-by answers for, with --reason')
    .addOption(
      new Option('--on-timeout <policy>', 'when the pair does not settle and nobody decides').choices([
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
    .option('--requested-by <who>', 'who asks, for the record')
    .option('--reason <text>', 'why, for the record')
    .option('--detach', 'print the workflow id and do not follow')
    .option('--json', 'print the report as one line of JSON')
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

/** The command line; `parse` resolves to the exit code and never throws. */
export function createProgram(around: Surroundings): { parse(argv: string[]): Promise<number> } {
  const { terminal } = around;
  let code: number = exitCodes.done;
  const act = (json: boolean, work: () => Promise<number>) =>
    work()
      .catch((error: unknown) => fail(error, json, terminal))
      .then((result) => {
        code = result;
      });

  const program = new Command('switchback')
    .description(
      'Bring an Aiven for PostgreSQL disaster recovery pair home: make the primary service active again.',
    )
    .version(version)
    .addHelpText('after', EXAMPLES)
    .addHelpText('afterAll', EXIT_CODES)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.line(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
    });

  const start = (mode: Mode | undefined) => (service: string, options: RunOptions) => {
    const { json = false, detach = false, embedded = false, embeddedDir, acknowledge, ...rest } = options;
    const { requestedBy, reason } = rest;
    const input = {
      ...rest,
      service,
      ...(mode === undefined ? {} : { mode }),
      ...(acknowledge === undefined
        ? {}
        : {
            acknowledge: acknowledge.map((check) => ({ check, by: requestedBy ?? '', reason: reason ?? '' })),
          }),
    };
    return act(json, () => run(input, { json, detach, embedded, embeddedDir }, around));
  };

  withRunOptions(program.command('run').alias('promote-to-master'))
    .description('start a switchback of the pair and follow it to its end')
    .addOption(
      new Option('--mode <mode>', 'rehearse goes to the end without the write; plan stops before it').choices(
        ['execute', 'rehearse', 'plan'] satisfies Mode[],
      ),
    )
    .addHelpText('after', RUN_EXAMPLES)
    .action(start(undefined));

  withRunOptions(program.command('plan'))
    .description('check everything and show what a run would write; nothing is written')
    .addHelpText('after', PLAN_EXAMPLES)
    .action(start('plan'));

  program
    .command('get')
    .alias('status')
    .description('show both services and the run of the pair')
    .argument('<service>', 'either service of the pair')
    .requiredOption('--project <name>', 'the Aiven project of both services')
    .option('--json', 'print one line of JSON')
    .addHelpText('after', GET_EXAMPLES)
    .action((service: string, { project, json = false }: { project: string; json?: boolean }) =>
      act(json, () => get(project, service, { json }, around)),
    );

  const evidenceCommand = program
    .command('evidence')
    .description('rebuild the evidence of a run from Temporal, as JSON and as a page; needs no worker')
    .argument('<service>', 'the service that the run was started for, or PROJECT/SERVICE')
    .option('--project <name>', 'the Aiven project of both services')
    .option('--run-id <id>', 'which run (default: the newest one of the pair)')
    .option('--out <folder>', 'where to write both files', '.')
    .option('--json', 'print one line of JSON')
    .addHelpText('after', EVIDENCE_EXAMPLES)
    .action((service: string, options: EvidenceOptions) => {
      const { project, runId, out, json = false } = options;
      return act(json, () => evidence(service, project, { runId, out, json }, around));
    });

  evidenceCommand
    .command('verify')
    .description('find any changed byte of a bundle, or of a page')
    .argument('<file>', 'the .json or the .html')
    .option('--head <hash>', 'the head of the chain, as it was kept elsewhere')
    .option('--json', 'print one line of JSON')
    .addHelpText('after', EVIDENCE_EXAMPLES)
    .action((file: string, _: unknown, command: Command) => {
      // Both commands know --json, and the outer one takes it when it stands before the file.
      const { head, json = false } = command.optsWithGlobals<{ head?: string; json?: boolean }>();
      return act(json, () => verify(file, { head, json }, around));
    });

  return {
    async parse(argv) {
      try {
        await program.parseAsync(argv, { from: 'user' });
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
      }
      return code;
    },
  };
}
