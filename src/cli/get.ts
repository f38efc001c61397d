import type { Command } from 'commander';
import { ApiSession } from '../activities/api-session';
import { findPair } from '../activities/find-pair';
import { AivenClient } from '../aiven';
import type { LiveStatus } from '../client';
import { loadWorkerConfig } from '../config';
import { exitCodes } from '../contract/errors';
import type { Pair } from '../contract/observation';
import { peersOf } from '../rules/observation';
import { version } from '../version';
import { withClient } from './connection';
import type { Door } from './door';
import { explain } from './failure';
import { assertValid } from './pair';
import { checkLines, pairLines, timelineLine } from './render';
import type { Surroundings } from './surroundings';
import type { Terminal } from './terminal';

const EXAMPLES = `
Examples:
  switchback get --project my-project pg-main
  switchback status --project my-project pg-main --json`;

/** `get`, also `status`: both services and the run. */
export function registerGet(program: Command, { around, act }: Door): void {
  program
    .command('get')
    .alias('status')
    .description('show both services and the run of the pair')
    .argument('<service>', 'either service of the pair')
    .requiredOption('--project <name>', 'the Aiven project of both services')
    .option('--json', 'print one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action((service: string, { project, json = false }: { project: string; json?: boolean }) =>
      act(json, () => get(project, service, { json }, around)),
    );
}

/** Shows both services and the run of the pair, if there is one. */
async function get(
  project: string,
  service: string,
  { json }: { json: boolean },
  { env, terminal }: Surroundings,
): Promise<number> {
  assertValid({ project, service });
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
    terminal.line(
      JSON.stringify({
        ...(services.status === 'fulfilled' ? { services: services.value } : {}),
        ...(run.status === 'fulfilled' && run.value !== undefined ? { run: run.value } : {}),
        ...(problems.length > 0 ? { problems } : {}),
      }),
    );
    return exitCodes.done;
  }
  showServices(services, terminal);
  showRun(run, terminal);
  return exitCodes.done;
}

type Services = Awaited<ReturnType<typeof readServices>>;

function showServices(services: PromiseSettledResult<Services>, terminal: Terminal): void {
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
  for (const entry of status.timeline) terminal.line(`  ${timelineLine(entry, colour)}`);
}

/** Reads the pair whichever of its two services was named. */
async function readServices(env: Surroundings['env'], project: string, service: string) {
  const aiven = new AivenClient({ ...loadWorkerConfig(env).aiven, userAgent: `switchback/${version}` });
  try {
    const session = new ApiSession(aiven, new AbortController().signal);
    const found = await findPair(session, { project, service, recovery: undefined });
    if ('pair' in found) return await readPair(session, found.pair);
    const named = await session.askService(project, service);
    const [peer] = named.ok ? peersOf(named.value, project) : [];
    if (peer === undefined) return { checks: found.checks };
    const other = await findPair(session, { project, service: peer, recovery: undefined });
    return 'pair' in other ? await readPair(session, other.pair) : { checks: found.checks };
  } finally {
    await aiven.close();
  }
}

async function readPair(session: ApiSession, pair: Pair) {
  return { pair, ...(await session.readPair(pair)) };
}

function findRun(
  env: Surroundings['env'],
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
