import type { ListFilter, RunSummary } from '../client';
import { formatDuration } from '../contract/duration';
import { exitCodes } from '../contract/errors';
import { type Procedure, procedures } from '../contract/procedure';
import { namesTarget } from '../contract/workflow-id';
import { compact } from '../util/compact';
import type { CommandEnvironment } from './command-environment';
import { withClient } from './connection';
import { clock, tableLines } from './table';
import type { Terminal } from './terminal';

export interface ListOptions {
  project?: string;
  service?: string;
  running?: boolean;
  waiting?: boolean;
  failed?: boolean;
  limit: number;
  json?: boolean;
}

/** `list`: the runs that Temporal lists. */
export async function list(options: ListOptions, { env, terminal }: CommandEnvironment): Promise<number> {
  const { project, service, limit, json = false } = options;
  const only = (['running', 'waiting', 'failed'] as const).find((name) => options[name]);
  const filter: ListFilter = {
    ...compact({ project, service, only }),
    limit: limit + 1, // the one that shows that there are more
  };
  const found = await withClient(env, (client) => client.list(filter));
  const runs = found.slice(0, limit);
  if (json) for (const run of runs) terminal.line(JSON.stringify(run));
  else showTable(runs, terminal);
  if (found.length > limit) terminal.error(`There are more than ${limit}; --limit shows more of them.`);
  return exitCodes.done;
}

function showTable(runs: readonly RunSummary[], terminal: Terminal): void {
  if (runs.length === 0) {
    terminal.line('No run matches.');
    return;
  }
  const rows = runs.map((run) => [pairOf(run), stateOf(run), clock(run.startedAt), tookOf(run)]);
  const head = ['PAIR', 'STATE', 'STARTED (UTC)', 'TOOK'];
  for (const line of tableLines(head, rows, terminal.colour)) terminal.line(line);
}

/** Whether the id is the canonical one of some procedure. */
function names(workflowId: string, project: string, service: string): boolean {
  const all = Object.keys(procedures) as Procedure[];
  return all.some((procedure) => namesTarget(workflowId, project, service, procedure));
}

/**
 * As the commands take it, and the workflow id where that does not tell the pair. A run that no worker has taken up has
 * not said its pair yet.
 */
function pairOf({ project, service, workflowId }: RunSummary): string {
  if (project === undefined || service === undefined) return workflowId;
  return `${project}/${service}${names(workflowId, project, service) ? '' : ` (${workflowId})`}`;
}

/** The phase of a run that goes on, with its alarm; of one that has ended its outcome, or Temporal's word where it left none. */
function stateOf({ closedAt, phase, alarm, outcome, status }: RunSummary): string {
  if (closedAt === undefined)
    return `${phase ?? 'not taken up'}${alarm === undefined ? '' : ` ALARM ${alarm}`}`;
  return outcome ?? status;
}

function tookOf({ startedAt, closedAt }: RunSummary): string {
  return closedAt === undefined ? '–' : formatDuration(Date.parse(closedAt) - Date.parse(startedAt));
}
