import { AivenClient } from '../aiven';
import type { LiveStatus } from '../client';
import { loadWorkerConfig } from '../config/worker';
import { exitCodes } from '../contract/errors';
import { phases } from '../contract/phase';
import { type PairNotFound, type PairRead, readPair } from '../observe/read-pair';
import { cycleStageOf } from '../rules/cycle';
import { version } from '../version';
import type { CommandEnvironment } from './command-environment';
import { withClient } from './connection';
import { explain } from './failure';
import type { GetLine } from './lines';
import type { PairName } from './pair';
import { answerLines, checkLines, pairLines, timelineLine } from './render';
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
  const run = await settle(findRun(env, project, primary));
  if (services.status === 'rejected' && run.status === 'rejected') {
    terminal.error(`Run: not known. ${explain(run.reason).message}`);
    throw services.reason;
  }
  if (json) {
    const problems = [services, run].flatMap((part) =>
      part.status === 'rejected' ? [explain(part.reason)] : [],
    );
    const line: GetLine = {
      ...(services.status === 'fulfilled' ? { services: services.value, ...cycleIn(services.value) } : {}),
      ...(run.status === 'fulfilled' && run.value !== undefined ? { run: run.value } : {}),
      ...(problems.length > 0 ? { problems } : {}),
    };
    terminal.line(JSON.stringify(line));
    return exitCodes.done;
  }
  showServices(services, terminal);
  showRun(run, terminal);
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

function findRun(
  env: CommandEnvironment['env'],
  project: string,
  service: string,
): Promise<LiveStatus | undefined> {
  return withClient(env, async (client) => {
    const workflowId = await client.latestRun(project, service);
    return workflowId === undefined ? undefined : client.status(workflowId);
  });
}

async function settle<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}
