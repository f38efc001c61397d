import type { Argument, Command, Option } from 'commander';
import type { CommandEnvironment } from './command-environment';

/** What the program gives a group of commands that registers itself. */
export interface CommandContext {
  environment: CommandEnvironment;
  /**
   * Does the work of a command: its answer is the exit code, and what it throws is said, as JSON if need be.
   *
   * @param named the service, or PROJECT/SERVICE, that the command is about; every failure names it.
   */
  act(json: boolean | undefined, work: () => Promise<number>, named?: string): Promise<void>;
}

/** What every command takes that speaks to a run that there is already. */
export interface PairOptions {
  project?: string;
  json?: boolean;
}

/** Names the pair, and offers JSON. */
export function withPair(
  command: Command,
  which = 'the service that the run was started for, or PROJECT/SERVICE',
): Command {
  return command
    .argument('<service>', which)
    .option('--project <name>', 'the Aiven project of both services')
    .option('--json', 'print one line of JSON');
}

/**
 * Shows in help and completion what an option or an argument may be. Whether it is one of these is checked with the
 * rest of what was given, since Commander stops at the first fault.
 */
export function offering<T extends Argument | Option>(what: T, values: readonly string[]): T {
  what.argChoices = [...values];
  return what;
}
