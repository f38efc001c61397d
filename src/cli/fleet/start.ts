import { readFileSync } from 'node:fs';
import type { FleetInput } from '../../client';
import { exitCodes, SwitchbackError } from '../../contract/errors';
import { type CommandEnvironment, INTERRUPTED } from '../command-environment';
import { withClient } from '../connection';
import { type FollowFlags, followFleet } from './follow';

export interface StartFlags extends FollowFlags {
  name: string | undefined;
  detach: boolean;
}

/** The JSON object in a file, or on standard input as `-`. @throws SwitchbackError INVALID_INPUT */
export function readInput(file: string): Record<string, unknown> {
  try {
    const input: unknown = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return { ...input };
    throw new Error('it is not one JSON object');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SwitchbackError('INVALID_INPUT', `${file} cannot be taken as the input of a fleet: ${why}.`);
  }
}

/** Starts a fleet, or finds the one of that name that is going on, and follows it to its end. */
export async function startFleet(
  input: FleetInput,
  { name, detach, ...flags }: StartFlags,
  environment: CommandEnvironment,
): Promise<number> {
  const { terminal, interrupted } = environment;
  return withClient(environment.env, async (client) => {
    if (interrupted.aborted) {
      terminal.error('Stopped before anything was started.');
      return INTERRUPTED;
    }
    const options = { attach: true, ...(name === undefined ? {} : { name }) };
    const started = await client.fleets.start(input, options);
    if (detach) {
      if (started.attached) terminal.error(`The fleet ${started.workflowId} was going on already.`);
      terminal.line(flags.json ? JSON.stringify(started) : started.workflowId);
      return exitCodes.done;
    }
    if (!flags.json)
      terminal.line(
        started.attached
          ? `The fleet ${started.workflowId} is going on already: following that one; what was given now is not used.`
          : `Started ${started.workflowId}. Ctrl-C stops watching, never the fleet.`,
      );
    return followFleet(client, started.name, flags, environment);
  });
}
