import type { FleetAct } from '../../client';
import { exitCodes, SwitchbackError } from '../../contract/errors';
import { faultsOfFleetMessage } from '../../contract/fleet-messages';
import { untilAborted } from '../../util/until-aborted';
import { type CommandEnvironment, INTERRUPTED } from '../command-environment';
import { withClient } from '../connection';
import { fail } from '../failure';
import { assertFaultless } from '../pair';

/** Sends a message to a fleet, and says what it answered, or why it refused. */
export function tellFleet(
  name: string,
  act: FleetAct['act'],
  payload: Record<string, unknown>,
  json: boolean,
  { env, terminal, interrupted }: CommandEnvironment,
): Promise<number> {
  assertFaultless(faultsOfFleetMessage(act, payload));
  return withClient(env, async (client) => {
    try {
      // It has no faults, so it is what the fleet takes.
      const sent = client.fleets[act](name, payload as never);
      const answer = await untilAborted(sent, interrupted);
      if (answer === undefined) {
        terminal.error(
          `Stopped before the fleet answered: whether it took the message, \`switchback fleet status ${name}\` tells.`,
        );
        return INTERRUPTED;
      }
      const line = `${terminal.colour.green('✔')} fleet.${name}: ${answer.act} by ${answer.by}; ${answer.effect}.`;
      terminal.line(json ? JSON.stringify(answer) : line);
      return exitCodes.done;
    } catch (error) {
      const isRefused = error instanceof SwitchbackError && error.code === 'INVALID_INPUT';
      if (!isRefused || json) return fail(error, json, terminal, name);
      terminal.error(`${terminal.colour.red('✘ refused')} by fleet.${name}: ${error.message}`);
      return exitCodes.usage;
    }
  });
}
