import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FleetFailedError, type FleetReport, type SwitchbackClient } from '../../client';
import { errors, exitCodes, SwitchbackError } from '../../contract/errors';
import { renderFleetPage } from '../../evidence';
import { untilAborted } from '../../util/until-aborted';
import { type CommandEnvironment, INTERRUPTED } from '../command-environment';
import { fail } from '../failure';
import type { Terminal } from '../terminal';
import { boardLines } from './board';
import { fleetReportLines } from './report';

export interface FollowFlags {
  json: boolean;
  /** Where to write the page of the report; `undefined`: nowhere. */
  page: string | undefined;
}

const POLL_MS = 500;

/** Shows the board until the fleet has ended, and then its report. Ctrl-C stops that and not the fleet. */
export async function followFleet(
  client: SwitchbackClient,
  name: string,
  flags: FollowFlags,
  { terminal, interrupted }: Pick<CommandEnvironment, 'terminal' | 'interrupted'>,
): Promise<number> {
  if (!flags.json) await showBoard(client, name, terminal, interrupted);
  return printFleetReport(client, name, flags, { terminal, interrupted });
}

/** The board at a terminal; elsewhere a line whenever something has changed. */
export async function showBoard(
  client: SwitchbackClient,
  name: string,
  terminal: Terminal,
  stop: AbortSignal,
): Promise<void> {
  const onSilence = ({ message }: Error) =>
    terminal.error(`${message} The fleet is not affected; asking again.`);
  let said = '';
  let last: string[] = [];
  for await (const status of client.fleets.watch(name, { pollMs: POLL_MS, signal: stop, onSilence })) {
    const rows = terminal.rows();
    if (rows === undefined) {
      if (status.headline !== said && status.outcome === undefined) terminal.line(status.headline);
      said = status.headline;
      continue;
    }
    last = boardLines(status, name, rows, new Date(), terminal.colour);
    terminal.live(last.join('\n'));
  }
  terminal.live(undefined);
  // What stood on the screen last stays there.
  for (const line of last) terminal.line(line);
}

/** Waits for the end without a word, and says how it ended. Needs no worker for a fleet that has ended. */
export async function printFleetReport(
  client: SwitchbackClient,
  name: string,
  { json, page }: FollowFlags,
  { terminal, interrupted }: Pick<CommandEnvironment, 'terminal' | 'interrupted'>,
): Promise<number> {
  const ended = client.fleets.result(name).catch((error: unknown) => {
    if (error instanceof FleetFailedError) return error;
    throw error;
  });
  const report = await untilAborted(ended, interrupted);
  if (report === undefined) {
    terminal.error(
      `\nStopped watching. The fleet goes on without you; watch it again with\n  switchback fleet watch ${name}`,
    );
    return INTERRUPTED;
  }
  if (report instanceof FleetFailedError && report.report === undefined)
    return fail(report, json, terminal, name);
  const found = (report instanceof FleetFailedError ? report.report : report) as FleetReport;
  if (json) terminal.line(JSON.stringify(found));
  else for (const line of fleetReportLines(found, terminal.colour)) terminal.line(line);
  if (page !== undefined) writePage(found, page, json, terminal);
  return found.code === undefined ? exitCodes.done : errors[found.code].exitCode;
}

/** @throws SwitchbackError EVIDENCE_NOT_KEPT */
function writePage(report: FleetReport, file: string, json: boolean, terminal: Terminal): void {
  try {
    writeFileSync(file, renderFleetPage(report));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SwitchbackError('EVIDENCE_NOT_KEPT', `The page could not be written to ${file} (${code}).`);
  }
  if (!json) terminal.line(`  ${terminal.colour.dim('page'.padEnd(13))}${resolve(file)}`);
}
