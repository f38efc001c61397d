import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ListFilter, RunSummary } from '../client';
import { exitCodes } from '../contract/errors';
import type { CommandContext } from './command-context';
import type { CommandEnvironment } from './command-environment';
import { withClient } from './connection';
import { assertFaultless, faultsOfInput } from './pair';
import type { Terminal } from './terminal';

interface ListOptions {
  project?: string;
  service?: string;
  running?: boolean;
  waiting?: boolean;
  failed?: boolean;
  limit: number;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  switchback list
  switchback list --waiting
  switchback list --project my-project --service pg-main --failed --limit 5
  switchback list --running --json | jq -r .workflowId`;

/** `list`: the runs that Temporal lists. */
export function registerList(program: Command, { environment, act }: CommandContext): void {
  program
    .command('list')
    .description('list runs, those that go on first; needs no worker')
    .option('--project <name>', 'only runs of this Aiven project')
    .option('--service <name>', 'only runs that were started for this service')
    .addOption(new Option('--running', 'only runs that go on').conflicts(['waiting', 'failed']))
    .addOption(new Option('--waiting', 'only runs that wait for a person').conflicts(['running', 'failed']))
    .addOption(
      new Option('--failed', 'only runs that failed, or were cancelled or terminated').conflicts([
        'running',
        'waiting',
      ]),
    )
    .option('--limit <n>', 'how many at most', positive, 20)
    .option('--json', 'print one line of JSON for each run')
    .addHelpText('after', EXAMPLES)
    .action((options: ListOptions) => act(options.json, () => list(options, environment)));
}

async function list(options: ListOptions, { env, terminal }: CommandEnvironment): Promise<number> {
  const { project, service, limit, json = false } = options;
  assertFaultless(faultsOfInput({ project: project ?? 'any', service: service ?? 'any' }));
  const only = (['running', 'waiting', 'failed'] as const).find((name) => options[name]);
  const filter: ListFilter = {
    ...(project === undefined ? {} : { project }),
    ...(service === undefined ? {} : { service }),
    ...(only === undefined ? {} : { only }),
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
  const rows = runs.map((run) => [run.workflowId, stateOf(run), clock(run.startedAt), clock(run.closedAt)]);
  const head = ['WORKFLOW ID', 'STATE', 'STARTED (UTC)', 'CLOSED (UTC)'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  terminal.line(terminal.colour.dim(line(head)));
  for (const row of rows) terminal.line(line(row));
}

/** The phase of a run that goes on, with its alarm; of one that has ended its outcome, or Temporal's word where it left none. */
function stateOf({ closedAt, phase, alarm, outcome, status }: RunSummary): string {
  if (closedAt === undefined)
    return `${phase ?? 'not taken up'}${alarm === undefined ? '' : ` ALARM ${alarm}`}`;
  return outcome ?? status;
}

/** `2026-11-23 03:12:45` */
function clock(iso: string | undefined): string {
  return iso === undefined ? '–' : iso.slice(0, 19).replace('T', ' ');
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return Number(text);
}
