import { Command, CommanderError } from 'commander';
import { exitCodeMeanings, exitCodes } from '../contract/errors';
import { version } from '../version';
import type { CommandContext } from './command-context';
import type { CommandEnvironment } from './command-environment';
import { registerCompletion } from './commands/completion';
import { registerDoctor } from './commands/doctor';
import { registerDrills } from './commands/drills';
import { registerEvidence } from './commands/evidence';
import { registerFleet } from './commands/fleet';
import { registerGet } from './commands/get';
import { registerList } from './commands/list';
import { registerResult } from './commands/result';
import { registerRun } from './commands/run';
import { registerSchedules } from './commands/schedules';
import { registerSteer } from './commands/steer';
import { registerWatch } from './commands/watch';
import { completionsOf } from './complete';
import { fail } from './failure';
import type { ErrorLine } from './lines';

const EXIT_CODES = [
  '\nExit codes:',
  ...Object.entries(exitCodeMeanings).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`),
].join('\n');

const EXAMPLES = `
Examples:
  switchback doctor my-project/pg-main
  switchback get --project my-project pg-main
  switchback run --project my-project pg-main
  switchback watch my-project/pg-main
  switchback list --waiting`;

/** The groups of commands, in the order of the help. */
const GROUPS = [
  registerRun,
  registerSchedules,
  registerGet,
  registerWatch,
  registerSteer,
  registerResult,
  registerList,
  registerDrills,
  registerFleet,
  registerEvidence,
  registerDoctor,
  registerCompletion,
];

/** The command line; `parse` resolves to the exit code and never throws. */
export function createProgram(environment: CommandEnvironment): { parse(argv: string[]): Promise<number> } {
  const { terminal } = environment;
  let code: number = exitCodes.done;
  let asJson = false;
  const act: CommandContext['act'] = (json = false, work, named = '') =>
    work()
      .catch((error: unknown) => fail(error, json, terminal, named.split('/').at(-1)))
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
    // `drill schedule` and `drill` both know --mode: an option belongs to the command that it stands behind.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.line(text.trimEnd()),
      writeErr: (text) => {
        if (!asJson) terminal.error(text.trimEnd());
      },
    });
  for (const register of GROUPS) register(program, { environment, act });

  return {
    async parse(argv) {
      // Not a command: whatever was typed so far is no option of this call.
      if (argv[0] === '__complete') {
        for (const word of completionsOf(program, argv.slice(1))) terminal.line(word);
        return exitCodes.done;
      }
      asJson = argv.includes('--json');
      try {
        await program.parseAsync(argv, { from: 'user' });
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.exitCode === 0) return exitCodes.done;
        const message = error.message.replace(/^error: /, '');
        if (asJson) terminal.line(JSON.stringify({ code: 'INVALID_INPUT', message } satisfies ErrorLine));
        return exitCodes.usage;
      }
      return code;
    },
  };
}
