import { resolve } from 'node:path';
import type { Procedure, ProcedureInput, SwitchbackClient } from '../client';
import { stateFolder } from '../config/environment';
import { loadTemporalConfig } from '../config/temporal';
import { exitCodes } from '../contract/errors';
import type { Embedded } from '../hosting/embedded';
import { type CommandEnvironment, INTERRUPTED } from './command-environment';
import { withClientOf } from './connection';
import { followToEnd } from './follow-to-end';
import { loadEmbedded } from './load-embedded';

export interface RunFlags {
  procedure: Procedure;
  json: boolean;
  detach: boolean;
  embedded: boolean;
  embeddedDir: string | undefined;
}

/** A worker that is there answers at once; one that is not shall not keep anybody from following the run. */
const ANSWER_MS = 3_000;

/** Starts a procedure, or finds the one that is going on, and follows it to its end. The input must be valid. */
export async function run(
  input: ProcedureInput,
  flags: RunFlags,
  environment: CommandEnvironment,
): Promise<number> {
  const host = flags.embedded ? await embed(flags, environment) : undefined;
  try {
    const temporal = host?.temporal ?? loadTemporalConfig(environment.env);
    return await withClientOf(temporal, environment.env, (client) =>
      startAndFollow(client, input, flags, environment),
    );
  } finally {
    await host?.stop();
  }
}

async function startAndFollow(
  client: SwitchbackClient,
  input: ProcedureInput,
  flags: RunFlags,
  environment: CommandEnvironment,
): Promise<number> {
  const { json, detach, procedure } = flags;
  const { terminal, interrupted } = environment;
  if (interrupted.aborted) {
    terminal.error('Stopped before anything was started.');
    return INTERRUPTED;
  }
  const started = await client.startOrAttach(input, { procedure, waitMs: ANSWER_MS });
  const { workflowId, attached, differences } = started;
  if (detach && attached) terminal.error(`The run ${workflowId} was going on already.`);
  if (attached && differences.length > 0)
    terminal.error(`That run does not do what was asked for now: ${differences.join('; ')}.`);
  if (detach) {
    terminal.line(json ? JSON.stringify(started) : workflowId);
    return exitCodes.done;
  }
  if (!json)
    terminal.line(
      attached
        ? `The run ${workflowId} is going on already: following that one; the options given now are not used.`
        : `Started ${workflowId}. Ctrl-C stops watching, never the run.`,
    );
  return followToEnd(client, started, { json, nextSteps: nextSteps(input, flags) }, environment);
}

/** What becomes of the run, and how to see more of it. */
function nextSteps(
  { project, service }: ProcedureInput,
  { procedure, embedded, embeddedDir }: RunFlags,
): string {
  const command = procedure === 'switchback' ? 'run' : procedure;
  const again = `switchback ${command} --project ${project} ${service}`;
  if (!embedded) return `The run goes on without you; follow it again with\n  ${again}`;
  const folder = embeddedDir === undefined ? '' : ` --embedded-dir ${quoted(embeddedDir)}`;
  return `The run is kept, but goes on only when you start it again:\n  ${again} --embedded${folder}`;
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

async function embed(flags: RunFlags, { env, terminal }: CommandEnvironment): Promise<Embedded> {
  const folder = resolve(flags.embeddedDir ?? stateFolder(env));
  const { startEmbedded } = loadEmbedded();
  const { loadWorkerConfig } = require('../config/worker') as typeof import('../config/worker');
  const host = await startEmbedded(folder, loadWorkerConfig(env), (message) => terminal.error(message));
  if (!flags.json)
    terminal.line(`Temporal and the worker run inside this command, on ${folder}. UI: ${host.uiUrl}`);
  return host;
}
