import { resolve } from 'node:path';
import { ApiSession } from '../activities/api-session';
import { findPair } from '../activities/find-pair';
import { AivenClient } from '../aiven';
import { type LiveStatus, SwitchbackClient, SwitchbackFailedError, type SwitchbackInput } from '../client';
import {
  loadTemporalConfig,
  loadWorkerConfig,
  stateFolder,
  type TemporalConfig,
  taskQueueOf,
} from '../config';
import { type ErrorCode, errors, exitCodes, SwitchbackError } from '../contract/errors';
import { parseInput } from '../contract/input';
import type { Pair } from '../contract/observation';
import { type Embedded, startEmbedded } from '../hosting/embedded';
import { peersOf } from '../rules/observation';
import { version } from '../version';
import { follow, unlessStopped } from './follow';
import { checkLines, pairLines, reportLines, timelineLine } from './render';
import type { Terminal } from './terminal';

/** The exit code of a command that was interrupted, as shells have it. */
const INTERRUPTED = 130;

export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  terminal: Terminal;
  /** Fires on Ctrl-C. */
  interrupted: AbortSignal;
}

export interface RunFlags {
  json: boolean;
  detach: boolean;
  embedded: boolean;
  embeddedDir: string | undefined;
}

/** Starts a switchback, or finds the one that is going on, and follows it to its end. */
export async function run(input: SwitchbackInput, flags: RunFlags, around: Surroundings): Promise<number> {
  assertValid(input);
  const host = flags.embedded ? await embed(flags, around) : undefined;
  try {
    const client = await connect(host?.temporal ?? loadTemporalConfig(around.env), around.env);
    try {
      return await startAndFollow(client, input, flags, around);
    } finally {
      await client.close();
    }
  } finally {
    await host?.stop();
  }
}

async function startAndFollow(
  client: SwitchbackClient,
  input: SwitchbackInput,
  flags: RunFlags,
  { terminal, interrupted }: Surroundings,
): Promise<number> {
  const { json, detach } = flags;
  if (interrupted.aborted) {
    terminal.error('Stopped before anything was started.');
    return INTERRUPTED;
  }
  const started = await client.start(input, { attach: true });
  const { workflowId } = started;
  if (detach) {
    terminal.line(json ? JSON.stringify(started) : workflowId);
    return exitCodes.done;
  }
  if (!json) {
    terminal.line(
      started.attached
        ? `The run ${workflowId} is going on already: following that one; the options given now are not used.`
        : `Started ${workflowId}. Ctrl-C stops watching, never the run.`,
    );
    await follow(client, started, terminal, interrupted);
  }
  const ended = client.result(workflowId, started.runId).catch(asFailure);
  const report = await unlessStopped(ended, interrupted);
  if (report === undefined) {
    terminal.error(`\nStopped watching. ${farewell(input, flags)}`);
    return INTERRUPTED;
  }
  if (report instanceof SwitchbackFailedError) return fail(report, json, terminal);
  if (json) terminal.line(JSON.stringify(report));
  else for (const line of reportLines(report, terminal.colour)) terminal.line(line);
  return exitCodes.done;
}

/** What becomes of the run, and how to see more of it. */
function farewell({ project, service }: SwitchbackInput, { embedded, embeddedDir }: RunFlags): string {
  const again = `switchback run --project ${project} ${service}`;
  if (!embedded) return `The run goes on without you; follow it again with\n  ${again}`;
  const folder = embeddedDir === undefined ? '' : ` --embedded-dir ${quoted(embeddedDir)}`;
  return `The run is kept, but goes on only when you start it again:\n  ${again} --embedded${folder}`;
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Shows both services and the run of the pair, if there is one. */
export async function get(
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

async function findRun(
  env: Surroundings['env'],
  project: string,
  service: string,
): Promise<LiveStatus | undefined> {
  const client = await connect(loadTemporalConfig(env), env);
  try {
    const workflowId = await client.latestRun(project, service);
    return workflowId === undefined ? undefined : await client.status(workflowId);
  } finally {
    await client.close();
  }
}

/** Before anything is connected or started for nothing. */
function assertValid(input: SwitchbackInput): void {
  const parsed = parseInput(input);
  if (!parsed.ok) throw new SwitchbackError('INVALID_INPUT', `${parsed.faults.join('; ')}.`);
}

/** Says what went wrong, as the message or as JSON, and answers with the exit code for it. */
export function fail(error: unknown, json: boolean, terminal: Terminal): number {
  const { code, message } = explain(error);
  const report = error instanceof SwitchbackFailedError ? error.report : undefined;
  if (json) terminal.line(JSON.stringify(report ?? { code, message }));
  else if (report !== undefined) for (const line of reportLines(report, terminal.colour)) terminal.line(line);
  else
    terminal.error(
      `${terminal.colour.red(`✘ ${code}`)} ${message}${code === 'INTERNAL' ? '' : `\n  ${errors[code].remedy}`}`,
    );
  return code === 'INTERNAL' ? exitCodes.internal : errors[code].exitCode;
}

function explain(error: unknown): { code: ErrorCode | 'INTERNAL'; message: string } {
  if (error instanceof SwitchbackError) return { code: error.code, message: error.message };
  return {
    code: 'INTERNAL',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

async function embed(flags: RunFlags, { env, terminal }: Surroundings): Promise<Embedded> {
  const folder = resolve(flags.embeddedDir ?? stateFolder(env));
  const host = await startEmbedded(folder, loadWorkerConfig(env), (message) => terminal.error(message));
  if (!flags.json)
    terminal.line(`Temporal and the worker run inside this command, on ${folder}. UI: ${host.uiUrl}`);
  return host;
}

function connect(
  { connectionOptions, namespace }: TemporalConfig,
  env: Surroundings['env'],
): Promise<SwitchbackClient> {
  const { address, tls, apiKey, metadata } = connectionOptions;
  return SwitchbackClient.connect({
    namespace,
    taskQueue: taskQueueOf(env),
    ...(address === undefined ? {} : { address }),
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata }),
  });
}

function asFailure(error: unknown): SwitchbackFailedError {
  if (error instanceof SwitchbackFailedError) return error;
  throw error;
}

async function settle<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}
