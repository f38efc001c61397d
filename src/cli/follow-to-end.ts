import { type SwitchbackClient, SwitchbackFailedError, type SwitchbackRun } from '../client';
import { unlessStopped } from '../client/unless-stopped';
import { exitCodes } from '../contract/errors';
import { fail } from './failure';
import { follow } from './follow';
import { reportLines } from './render';
import { INTERRUPTED, type Surroundings } from './surroundings';

/**
 * Follows a run to its end, prints its report and answers with the exit code for it. Ctrl-C stops that and not the
 * run; then `farewell` says what becomes of it.
 */
export async function followToEnd(
  client: SwitchbackClient,
  run: Pick<SwitchbackRun, 'workflowId' | 'runId'>,
  { json, farewell }: { json: boolean; farewell: string },
  { terminal, interrupted }: Surroundings,
): Promise<number> {
  if (!json) await follow(client, run, terminal, interrupted);
  return printReport(client, run, { json, farewell }, { terminal, interrupted });
}

/** Waits for the end of a run without a word, then as {@link followToEnd}. Needs no worker for a run that has ended. */
export async function printReport(
  client: SwitchbackClient,
  { workflowId, runId }: Pick<SwitchbackRun, 'workflowId' | 'runId'>,
  { json, farewell }: { json: boolean; farewell: string },
  { terminal, interrupted }: Pick<Surroundings, 'terminal' | 'interrupted'>,
): Promise<number> {
  const ended = client.result(workflowId, runId).catch(asFailure);
  const report = await unlessStopped(ended, interrupted);
  if (report === undefined) {
    terminal.error(`\nStopped watching. ${farewell}`);
    return INTERRUPTED;
  }
  if (report instanceof SwitchbackFailedError) return fail(report, json, terminal);
  if (json) terminal.line(JSON.stringify(report));
  else for (const line of reportLines(report, terminal.colour)) terminal.line(line);
  return exitCodes.done;
}

function asFailure(error: unknown): SwitchbackFailedError {
  if (error instanceof SwitchbackFailedError) return error;
  throw error;
}
