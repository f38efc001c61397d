import type { Command } from 'commander';
import type { Surroundings } from './surroundings';

/** What the program gives a group of commands that registers itself. */
export interface Door {
  around: Surroundings;
  /** Does the work of a command: its answer is the exit code, and what it throws is said, as JSON if need be. */
  act(json: boolean | undefined, work: () => Promise<number>): Promise<void>;
}

/** What every command takes that speaks to a run that there is already. */
export interface PairOptions {
  project?: string;
  json?: boolean;
}

/** Names the pair, and offers JSON. */
export function withPair(command: Command): Command {
  return command
    .argument('<service>', 'the service that the run was started for, or PROJECT/SERVICE')
    .option('--project <name>', 'the Aiven project of both services')
    .option('--json', 'print one line of JSON');
}
