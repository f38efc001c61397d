import { readFile } from 'node:fs/promises';
import { Client } from '@temporalio/client';
import { SwitchbackClient } from '../client';
import { loadTemporalConfig } from '../config/temporal';
import { exitCodes, SwitchbackError } from '../contract/errors';
import {
  buildBundle,
  createEvidenceStore,
  type EvidenceBundle,
  verifyEvidence,
  writeBundle,
} from '../evidence';
import { connectToTemporal } from '../util/temporal-connection';
import type { CommandEnvironment } from './command-environment';
import type { EvidenceLine, VerifiedLine } from './lines';
import type { PairName } from './pair';

interface EvidenceFlags {
  /** Default: the newest run of the pair. */
  runId: string | undefined;
  /** The folder to write to. */
  out: string;
  json: boolean;
}

/** Nobody should wait longer for a typing error in an address. */
const CONNECT_TIMEOUT = '4s';
const LABEL_WIDTH = 9;
const HEAD = /^[0-9a-f]{64}$/i;

/**
 * Rebuilds the evidence of a run from Temporal's history and writes both files. Needs no worker and no Aiven token.
 */
export async function evidence(
  pair: PairName,
  { runId, out, json }: EvidenceFlags,
  { env, terminal }: CommandEnvironment,
): Promise<number> {
  const bundle = await fetchBundle(pair, runId, env);
  const kept = await writeBundle(bundle, createEvidenceStore({ folder: out }));
  const { run, report } = bundle;
  const { workflowId, status } = run;
  const outcome = report?.outcome;
  if (json) {
    const line: EvidenceLine = { workflowId, runId: run.runId, status, outcome, ...kept };
    terminal.line(JSON.stringify(line));
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
  { terminal }: CommandEnvironment,
): Promise<number> {
  if (head !== undefined && !HEAD.test(head))
    throw new SwitchbackError('INVALID_INPUT', `"${head}" is not a head: it has 64 hexadecimal digits.`);
  const found = verifyEvidence(await bytesOf(file), head);
  if (!found.holds) throw new SwitchbackError('EVIDENCE_BROKEN', `${found.reason} The file is ${file}.`);
  if (json) {
    const line: VerifiedLine = { ...found, headCompared: head !== undefined };
    terminal.line(JSON.stringify(line));
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

async function fetchBundle(
  pair: PairName,
  runId: string | undefined,
  env: CommandEnvironment['env'],
): Promise<EvidenceBundle> {
  const temporal = await connect(env);
  const switchback = new SwitchbackClient(temporal);
  try {
    const found = await switchback.find(pair.project, pair.service, runId);
    const { workflowId } = found;
    const history = await temporal.workflow.getHandle(workflowId, found.runId).fetchHistory();
    return buildBundle(history, { workflowId, runId: found.runId });
  } finally {
    await switchback.close();
  }
}

async function connect(env: CommandEnvironment['env']): Promise<Client> {
  const { address, namespace, connectionOptions } = loadTemporalConfig(env);
  try {
    const connection = await connectToTemporal({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT });
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
