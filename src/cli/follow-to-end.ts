import type { SwitchbackClient, SwitchbackRun } from '../client';
import { exitCodes } from '../contract/errors';
import { SwitchbackFailedError } from '../contract/failed-error';
import { untilAborted } from '../util/until-aborted';
import { type CommandEnvironment, INTERRUPTED } from './command-environment';
import { fail } from './failure';
import { follow } from './follow';
import { reportLines, stoppingLines } from './render';

/**
 * Follows a run to its end, prints its report and answers with the exit code for it. Ctrl-C stops that and not the
 * run; then `farewell` says what becomes of it.
 */
export async function followToEnd(
  client: SwitchbackClient,
  run: Pick<SwitchbackRun, 'workflowId' | 'runId'>,
  { json, nextSteps }: { json: boolean; nextSteps: string },
  { terminal, interrupted }: CommandEnvironment,
): Promise<number> {
  if (!json) await follow(client, run, terminal, interrupted);
  return printReport(client, run, { json, nextSteps, isFollowed: true }, { terminal, interrupted });
}

/** Waits for the end of a run without a word, then as {@link followToEnd}. Needs no worker for a run that has ended. */
export async function printReport(
  client: SwitchbackClient,
  { workflowId, runId }: Pick<SwitchbackRun, 'workflowId' | 'runId'>,
  { json, nextSteps, isFollowed = false }: { json: boolean; nextSteps: string; isFollowed?: boolean },
  { terminal, interrupted }: Pick<CommandEnvironment, 'terminal' | 'interrupted'>,
): Promise<number> {
  const ended = client.result(workflowId, runId).catch(asFailure);
  const report = await untilAborted(ended, interrupted);
  if (report === undefined) {
    terminal.error(`\nStopped watching. ${nextSteps}`);
    return INTERRUPTED;
  }
  if (report instanceof SwitchbackFailedError) {
    const code = fail(report, json, terminal);
    // Who has followed the run has read them.
    if (!json && !isFollowed && report.code === 'BLOCKED')
      for (const line of stoppingLines(report.report?.checks ?? [], terminal.colour)) terminal.line(line);
    return code;
  }
  if (json) terminal.line(JSON.stringify(report));
  else for (const line of reportLines(report, terminal.colour)) terminal.line(line);
  return exitCodes.done;
}

function asFailure(error: unknown): SwitchbackFailedError {
  if (error instanceof SwitchbackFailedError) return error;
  throw error;
}
