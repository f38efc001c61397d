import { readFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { SwitchbackClient } from '../client';
import { loadTemporalConfig } from '../config';
import { exitCodes, SwitchbackError } from '../contract/errors';
import { parseInput } from '../contract/input';
import { searchAttributes } from '../contract/search-attributes';
import { WORKFLOW_TYPE, workflowIdOf } from '../contract/workflow-id';
import {
  buildBundle,
  createEvidenceStore,
  type EvidenceBundle,
  verifyEvidence,
  writeBundle,
} from '../evidence';
import type { Surroundings } from './commands';

export interface EvidenceFlags {
  /** Default: the newest run of the pair. */
  runId: string | undefined;
  /** The folder to write to. */
  out: string;
  json: boolean;
}

/** Nobody should wait longer for a typing error in an address. */
const CONNECT_TIMEOUT = '4s';
const LABEL_WIDTH = 9;
const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HEAD = /^[0-9a-f]{64}$/i;

/**
 * Rebuilds the evidence of a run from Temporal's history and writes both files. Needs no worker and no Aiven token.
 *
 * @param named `SERVICE`, or `PROJECT/SERVICE`.
 */
export async function evidence(
  named: string,
  project: string | undefined,
  { runId, out, json }: EvidenceFlags,
  { env, terminal }: Surroundings,
): Promise<number> {
  const pair = pairOf(named, project);
  if (runId !== undefined && !RUN_ID.test(runId))
    throw new SwitchbackError('INVALID_INPUT', `"${runId}" is not the id of a run.`);
  const bundle = await fetchBundle(pair, runId, env);
  const kept = await writeBundle(bundle, createEvidenceStore({ folder: out }));
  const { run, report } = bundle;
  const { workflowId, status } = run;
  const outcome = report?.outcome;
  if (json) {
    terminal.line(JSON.stringify({ workflowId, runId: run.runId, status, outcome, ...kept }));
    return exitCodes.done;
  }
  const row = (label: string, text: string) =>
    terminal.line(`  ${terminal.colour.dim(label.padEnd(LABEL_WIDTH))}${text}`);
  terminal.line(`Evidence of ${workflowId}, run ${run.runId}: ${outcome ?? `${status}, without a report`}.`);
  row('bundle', kept.json);
  row('page', kept.page);
  row('head', kept.head);
  return exitCodes.done;
}

/**
 * Says whether a bundle, or a page of one, is as it was written.
 *
 * @param head the head of the chain, as it was kept elsewhere.
 * @throws SwitchbackError EVIDENCE_BROKEN
 */
export async function verify(
  file: string,
  { head, json }: { head: string | undefined; json: boolean },
  { terminal }: Surroundings,
): Promise<number> {
  if (head !== undefined && !HEAD.test(head))
    throw new SwitchbackError('INVALID_INPUT', `"${head}" is not a head: it has 64 hexadecimal digits.`);
  const found = verifyEvidence(await bytesOf(file), head);
  if (!found.holds) throw new SwitchbackError('EVIDENCE_BROKEN', `${file}: ${found.reason}`);
  if (json) {
    terminal.line(JSON.stringify({ ...found, headCompared: head !== undefined }));
    return exitCodes.done;
  }
  const compared =
    head === undefined
      ? 'Compare the head with one that was kept elsewhere (--head): a chain alone can be made anew.'
      : 'Its head is the one that was given.';
  terminal.line(`${terminal.colour.green('✔')} ${file} is as it was written. ${compared}`);
  terminal.line(`  ${terminal.colour.dim('head'.padEnd(LABEL_WIDTH))}${found.head}`);
  terminal.line(`  ${terminal.colour.dim('sha256'.padEnd(LABEL_WIDTH))}${found.sha256}`);
  return exitCodes.done;
}

interface PairName {
  project: string;
  service: string;
}

function pairOf(named: string, project: string | undefined): PairName {
  const [service = '', given, ...more] = named.split('/').reverse();
  const faults = [
    ...(more.length > 0 ? [`"${named}" is neither SERVICE nor PROJECT/SERVICE`] : []),
    ...(given === undefined && project === undefined
      ? ['--project is missing, and so is PROJECT/ before the service']
      : []),
    ...(given !== undefined && project !== undefined && given !== project
      ? [`"${named}" and --project ${project} name two projects`]
      : []),
  ];
  if (faults.length > 0) throw new SwitchbackError('INVALID_INPUT', `${faults.join('; ')}.`);
  const pair = { project: project ?? given ?? '', service };
  const parsed = parseInput(pair);
  if (!parsed.ok) throw new SwitchbackError('INVALID_INPUT', `${parsed.faults.join('; ')}.`);
  return pair;
}

async function fetchBundle(
  pair: PairName,
  runId: string | undefined,
  env: Surroundings['env'],
): Promise<EvidenceBundle> {
  const temporal = await connect(env);
  const switchback = new SwitchbackClient(temporal);
  try {
    const workflowId = await workflowOf(temporal, switchback, pair, runId);
    // Asked for its errors, too: it says in our own words that there is no such run, or no server.
    await switchback.isRunning(workflowId, runId);
    const handle = temporal.workflow.getHandle(workflowId, runId);
    const found = runId ?? (await handle.describe()).runId;
    const history = await temporal.workflow.getHandle(workflowId, found).fetchHistory();
    return buildBundle(history, { workflowId, runId: found });
  } finally {
    await switchback.close();
  }
}

async function workflowOf(
  temporal: Client,
  switchback: SwitchbackClient,
  { project, service }: PairName,
  runId: string | undefined,
): Promise<string> {
  if (runId === undefined) {
    const latest = await switchback.latestRun(project, service);
    if (latest !== undefined) return latest;
    throw new SwitchbackError(
      'RUN_NOT_FOUND',
      `Temporal knows no run that was started for ${project}/${service}.`,
    );
  }
  const query = `WorkflowType = '${WORKFLOW_TYPE}' AND RunId = '${runId}'`;
  for await (const { workflowId, typedSearchAttributes: known } of temporal.workflow.list({ query })) {
    const names = [known.get(searchAttributes.project), known.get(searchAttributes.service)].join('/');
    // A run that no worker has ever taken up carries no names yet.
    if (names === `${project}/${service}` || workflowId === workflowIdOf(project, service)) return workflowId;
    throw new SwitchbackError(
      'RUN_NOT_FOUND',
      `The run ${runId} is one of ${names === '/' ? workflowId : names}, not of ${project}/${service}.`,
    );
  }
  // One that was started a moment ago may not be listed yet.
  return workflowIdOf(project, service);
}

async function connect(env: Surroundings['env']): Promise<Client> {
  const { address, namespace, connectionOptions } = loadTemporalConfig(env);
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT });
    return new Client({ connection, namespace });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SwitchbackError('TEMPORAL_UNREACHABLE', `Temporal at ${address} does not answer: ${why}`, {
      cause: error,
    });
  }
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SwitchbackError('INVALID_INPUT', `${file} cannot be read (${code}).`, { cause: error });
  }
}
