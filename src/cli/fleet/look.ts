import { exitCodes } from '../../contract/errors';
import type { CommandEnvironment } from '../command-environment';
import { withClient } from '../connection';
import { boardLines } from './board';
import { type FollowFlags, followFleet, printFleetReport } from './follow';

/** Without a terminal there is room for every wave. */
const ROWS = 1_000;

/** `fleet status`: the board, once; `--pairs` has every pair, too. */
export function fleetStatus(
  name: string,
  { json, pairs }: { json: boolean; pairs: boolean },
  { env, terminal }: CommandEnvironment,
): Promise<number> {
  return withClient(env, async (client) => {
    const status = await client.fleets.status(name);
    const all = pairs ? await client.fleets.pairs(name) : undefined;
    if (json) {
      terminal.line(JSON.stringify(all === undefined ? status : { ...status, pairs: all }));
      return exitCodes.done;
    }
    const rows = terminal.rows() ?? ROWS;
    for (const line of boardLines(status, name, rows, new Date(), terminal.colour)) terminal.line(line);
    for (const { pair, state, code, outcome } of all ?? [])
      terminal.line(`  ${state.padEnd(8)} ${pair}${code || outcome ? ` ${code ?? outcome}` : ''}`);
    return exitCodes.done;
  });
}

/** `fleet watch`: what `fleet run` shows, of a fleet that somebody else has started. */
export function fleetWatch(
  name: string,
  flags: FollowFlags,
  environment: CommandEnvironment,
): Promise<number> {
  return withClient(environment.env, (client) => followFleet(client, name, flags, environment));
}

/** `fleet result`: the report of a fleet that has ended, or will. */
export function fleetResult(
  name: string,
  flags: FollowFlags,
  environment: CommandEnvironment,
): Promise<number> {
  return withClient(environment.env, (client) => printFleetReport(client, name, flags, environment));
}
