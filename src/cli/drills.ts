import { writeFile } from 'node:fs/promises';
import { formatDuration } from '../contract/duration';
import { exitCodes, SwitchbackError } from '../contract/errors';
import type { Targets, Trend, TrendRun } from '../contract/trend';
import { renderTrend } from '../evidence';
import { judgeTargets } from '../rules/targets';
import type { CommandEnvironment } from './command-environment';
import { withClient } from './connection';
import type { PairName } from './pair';
import { clock, tableLines } from './table';
import type { Terminal } from './terminal';

/** Shows what the runs of a pair have measured, and answers whether the targets are met. */
export async function drills(
  { project, service }: PairName,
  targets: Targets,
  { json, page }: { json: boolean; page?: string },
  { env, terminal }: CommandEnvironment,
): Promise<number> {
  const runs = await withClient(env, (client) => client.trend(project, service));
  const at = new Date().toISOString();
  const trend: Trend = { project, service, at, targets: judgeTargets(runs, targets, at), runs };
  if (page !== undefined) await writePage(page, renderTrend(trend, targets.rtoMs));
  if (json) terminal.line(JSON.stringify(trend));
  else show(trend, page, terminal);
  return trend.targets.every(({ met }) => met) ? exitCodes.done : exitCodes.target;
}

function show(
  { project, service, targets, runs }: Trend,
  page: string | undefined,
  terminal: Terminal,
): void {
  const { colour } = terminal;
  for (const { met, target, observed, wanted, remedy } of targets) {
    const mark = met ? colour.green('✓') : colour.red('✗');
    terminal.line(`${mark} ${colour.bold(target)}  ${observed}; wanted: ${wanted}`);
    if (remedy !== undefined) terminal.line(`    ${remedy}`);
  }
  if (runs.length === 0) terminal.line(`Temporal knows no run of ${project}/${service} that has ended.`);
  else {
    const head = ['ENDED (UTC)', 'PROCEDURE', 'OUTCOME', 'GAP', 'LOST ROWS'];
    for (const line of tableLines(head, runs.map(rowOf), colour)) terminal.line(line);
  }
  if (page !== undefined) terminal.line(`page  ${page}`);
}

function rowOf({ closedAt, procedure, outcome, gapSeconds, lostRows }: TrendRun): string[] {
  return [
    clock(closedAt),
    procedure ?? '–',
    outcome ?? 'no report',
    gapSeconds === undefined ? '–' : gapSeconds === 0 ? 'below 1 s' : formatDuration(gapSeconds * 1_000),
    lostRows === undefined ? '–' : String(lostRows),
  ];
}

async function writePage(file: string, page: Buffer): Promise<void> {
  try {
    await writeFile(file, page);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SwitchbackError('INVALID_INPUT', `${file} cannot be written (${code}).`, { cause: error });
  }
}
