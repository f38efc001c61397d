import { AivenClient } from '../aiven';
import type { LiveStatus, PastRun } from '../client';
import { loadWorkerConfig } from '../config/worker';
import { exitCodes } from '../contract/errors';
import { phases } from '../contract/phase';
import { type PairNotFound, type PairRead, readPair } from '../observe/read-pair';
import { cycleStageOf } from '../rules/cycle';
import { compact, nonEmpty } from '../util/compact';
import { version } from '../version';
import type { CommandEnvironment } from './command-environment';
import { withClient } from './connection';
import { explain } from './failure';
import type { GetLine } from './lines';
import type { PairName } from './pair';
import { answerLines, checkLines, pairLines, timelineLine } from './render';
import { clock, tableLines } from './table';
import type { Terminal } from './terminal';

/** Shows both services and the run of the pair, if there is one. */
export async function get(
  { project, service }: PairName,
  { json }: { json: boolean },
  { env, terminal }: CommandEnvironment,
): Promise<number> {
  const services = await settle(readServices(env, project, service));
  const primary =
    services.status === 'fulfilled' && 'pair' in services.value ? services.value.pair.primary : service;
  const { run, last } = await askTemporal(env, project, primary);
  if (services.status === 'rejected' && run.status === 'rejected') {
    terminal.error(`Run: not known. ${explain(run.reason).message}`);
    throw services.reason;
  }
  if (json) {
    const problems = [services, run, last].flatMap((part) =>
      part.status === 'rejected' ? [explain(part.reason)] : [],
    );
    const line: GetLine = {
      ...(services.status === 'fulfilled' ? { services: services.value, ...cycleIn(services.value) } : {}),
      ...(run.status === 'fulfilled' && run.value !== undefined ? { run: run.value } : {}),
      ...(last.status === 'fulfilled' ? compact({ lastRuns: nonEmpty(last.value) }) : {}),
      ...(problems.length > 0 ? { problems } : {}),
    };
    terminal.line(JSON.stringify(line));
    return exitCodes.done;
  }
  showServices(services, terminal);
  showRun(run, terminal);
  showLastRuns(last, terminal);
  return exitCodes.done;
}

function showServices(services: PromiseSettledResult<PairRead | PairNotFound>, terminal: Terminal): void {
  const { colour } = terminal;
  if (services.status === 'rejected') {
    terminal.line(`Services: not read. ${explain(services.reason).message}`);
    return;
  }
  const { value } = services;
  terminal.line(colour.bold('Services'));
  if ('checks' in value) {
    for (const line of checkLines(value.checks, colour)) terminal.line(line);
    return;
  }
  for (const line of pairLines(value.pair, value.observed, value.situation, colour)) terminal.line(line);
}

function cycleIn(read: PairRead | PairNotFound): Pick<GetLine, 'cycle'> {
  return 'checks' in read ? {} : { cycle: cycleStageOf(read.situation, read.observed) };
}

function showRun(run: PromiseSettledResult<LiveStatus | undefined>, terminal: Terminal): void {
  const { colour } = terminal;
  if (run.status === 'rejected') {
    terminal.line(`Run: not known. ${explain(run.reason).message}`);
    return;
  }
  const status = run.value;
  if (status === undefined) {
    terminal.line('Run: none of this pair is known to Temporal.');
    return;
  }
  terminal.line(
    `${colour.bold('Run')} ${status.workflowId}: ${status.outcome ?? status.phase}. ${status.headline}`,
  );
  const { waiting, answers = [] } = status;
  if (waiting !== undefined)
    terminal.line(`  waiting for ${waiting.for}: ${waiting.observed}; wanted: ${waiting.wanted}`);
  if (phases[status.phase].asks) for (const line of answerLines(answers, colour)) terminal.line(line);
  for (const entry of status.timeline) terminal.line(`  ${timelineLine(entry, colour)}`);
}

async function readServices(
  env: CommandEnvironment['env'],
  project: string,
  service: string,
): Promise<PairRead | PairNotFound> {
  const aiven = new AivenClient({ ...loadWorkerConfig(env).aiven, userAgent: `switchback/${version}` });
  try {
    return await readPair(aiven, { project, service }, new AbortController().signal);
  } finally {
    await aiven.close();
  }
}

interface Known {
  run: PromiseSettledResult<LiveStatus | undefined>;
  last: PromiseSettledResult<PastRun[]>;
}

/** What the newest run says needs a worker, and the list does not: one can be known without the other. */
async function askTemporal(env: CommandEnvironment['env'], project: string, service: string): Promise<Known> {
  const asked = await settle(
    withClient(env, async (client) => {
      const newest = async () => {
        const workflowId = await client.latestRun(project, service);
        return workflowId === undefined ? undefined : client.status(workflowId);
      };
      const [run, last] = await Promise.all([settle(newest()), settle(client.lastRuns(project, service))]);
      return { run, last };
    }),
  );
  const { run, last }: Known = asked.status === 'fulfilled' ? asked.value : { run: asked, last: asked };
  // One problem is said once.
  if (run.status === 'rejected' && last.status === 'rejected')
    return { run, last: { status: 'fulfilled', value: [] } };
  return { run, last };
}

function showLastRuns(last: Known['last'], { colour, line }: Terminal): void {
  if (last.status === 'rejected') {
    line(`Last runs: not known. ${explain(last.reason).message}`);
    return;
  }
  const runs = last.value;
  if (runs.length === 0) return;
  line(colour.bold('Last runs'));
  const head = ['STARTED (UTC)', 'PROCEDURE', 'OUTCOME', 'BY'];
  for (const row of tableLines(head, runs.map(rowOf), colour)) line(`  ${row}`);
}

function rowOf(run: PastRun): string[] {
  const { startedAt, closedAt, procedure = '–', mode = 'execute', requestedBy } = run;
  const ended = run.outcome ?? run.status;
  return [
    clock(startedAt),
    mode === 'execute' ? procedure : `${procedure} (${mode})`,
    closedAt === undefined ? `goes on: ${run.phase ?? 'not taken up'}` : ended,
    requestedBy ?? 'not said',
  ];
}

async function settle<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}
