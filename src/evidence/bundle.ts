import type { SwitchbackReport } from '../contract/report';
import { canonical, digestOf, type Json, sha256, toJson } from './canonical';
import { type ChainEntry, chainOf } from './chain';
import type { RunStatus } from './facts';
import { factsOf, type History, type Report, readHistory, withoutEvidence } from './history';
import { masked } from './mask';

/** Names the shape of a bundle, and so its bytes: another shape is another name. */
export const EVIDENCE_FORMAT = 'switchback-evidence/1';

/** Which run, and how far it got. */
export interface EvidenceRun {
  workflowId: string;
  runId: string;
  /** ISO 8601. */
  startedAt: string;
  /** When the report was made, or the run was ended without one; absent while it runs. */
  endedAt?: string;
  status: RunStatus;
  /** Time of the newest event that was there; only of a run without a report. */
  seenUntil?: string;
}

/** Everything that is known about one run, chained by hash. Written as RFC 8785 JSON and a line feed. */
export interface EvidenceBundle {
  format: typeof EVIDENCE_FORMAT;
  run: EvidenceRun;
  /** What the run was started with, as it was given. */
  input: Json;
  /** Summary, timeline, checks, people, measurements; absent when the run has none (yet). */
  report?: SwitchbackReport;
  /** What Temporal's history says, in order of time; the last one seals the fields above. */
  entries: ChainEntry[];
  chain: {
    algorithm: 'sha256';
    /** The hash of the last entry: it stands for the whole bundle. */
    head: string;
  };
}

/** Which run a history is of; the history itself does not say it after a reset. */
export interface RunId {
  workflowId: string;
  runId: string;
}

/**
 * Makes the bundle of a run from its history: the same one, byte for byte, while the run ends and any time later.
 *
 * @param report the report that the run is about to end with; default: the one that it ended with.
 */
export function buildBundle(history: History, { workflowId, runId }: RunId, report?: Report): EvidenceBundle {
  const read = readHistory(history);
  const { startedAt, input, closedAt, seenUntil } = read;
  const final = report ?? read.report;
  if (final === undefined) {
    const ended = closedAt === undefined ? {} : { endedAt: closedAt };
    const run = { workflowId, runId, startedAt, ...ended, status: read.status, seenUntil };
    return seal({ format: EVIDENCE_FORMAT, run, input }, toJson(factsOf(history)));
  }
  const { endedAt, code } = final;
  const status: RunStatus = code === undefined ? 'completed' : 'failed';
  const run = { workflowId, runId, startedAt: final.startedAt ?? startedAt, endedAt, status };
  const fields = { format: EVIDENCE_FORMAT, run, input, report: withoutEvidence(final) };
  return seal(fields, toJson(factsOf(history, endedAt)));
}

/** What is beside the entries and their chain. */
type Fields = { [key: string]: Json };

function seal(fields: Fields, facts: Json): EvidenceBundle {
  return sealed(masked(fields) as Fields, masked(facts) as Json[]);
}

/** Chains the facts, and closes with a seal over the fields. Both must be masked. */
export function sealed(fields: Fields, facts: Json[]): EvidenceBundle {
  const digests = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, digestOf(value)]));
  const { endedAt, seenUntil, startedAt } = fields.run as Partial<Record<string, string>>;
  const at = endedAt ?? seenUntil ?? startedAt ?? '';
  const last = { at, kind: 'seal', title: 'SHA-256 of each field beside the entries', data: digests };
  const entries = chainOf([...facts, last]);
  const head = entries.at(-1)?.hash ?? '';
  // The shape is what buildBundle put in, or what verify is about to compare with the file.
  return { ...fields, entries, chain: { algorithm: 'sha256', head } } as unknown as EvidenceBundle;
}

/** The bytes of a bundle: there is only one way to write it. */
export function bytesOf(bundle: EvidenceBundle): Buffer {
  return Buffer.from(`${canonical(toJson(bundle))}\n`);
}

/** SHA-256 of the bundle's file. */
export function fileHashOf(bundle: EvidenceBundle): string {
  return sha256(bytesOf(bundle));
}
