import type { LiveStatus, PastRun } from '../client';
import type { Acknowledgement } from '../contract/checks';
import type { ErrorCode } from '../contract/errors';
import type { Outcome } from '../contract/outcome';
import type { AbortRequest, Approval, Decision, KeptEvidence } from '../contract/report';
import type { ScheduleMode } from '../contract/workflow-id';
import type { EvidenceRun } from '../evidence';
import type { PairNotFound, PairRead } from '../observe/read-pair';
import type { CycleStage } from '../rules/cycle';

/** What a command prints with `--json` when it has nothing else to say. */
export interface ErrorLine {
  /** A code of docs/errors.md; `INTERNAL` is a fault of this program. */
  code: ErrorCode | 'INTERNAL';
  message: string;
}

/** What `get --json` prints. What could not be read is left out, and `problems` says why. */
export interface GetLine {
  services?: PairRead | PairNotFound;
  /** Where the pair stands, and what could be done now. */
  cycle?: CycleStage;
  /** The newest run of the pair; absent when none is known. */
  run?: LiveStatus;
  /** The newest runs of the pair, of any procedure, that one among them; absent when none is known. */
  lastRuns?: PastRun[];
  problems?: ErrorLine[];
}

/** What `approve`, `reject`, `ack`, `abort` and `decide` print with `--json`: the answer, and which run gave it. */
export type AnswerLine =
  | Answered<Approval>
  | Answered<Acknowledgement>
  | Answered<AbortRequest>
  | Answered<Decision>;

export type Answered<Answer> = Answer & { workflowId: string; runId: string };

/** What `drill delete --json` prints. */
export interface DeletedScheduleLine {
  deleted: true;
  project: string;
  service: string;
  mode: ScheduleMode;
}

/** What `evidence --json` prints. */
export interface EvidenceLine extends KeptEvidence {
  workflowId: string;
  runId: string;
  status: EvidenceRun['status'];
  /** Absent when the run has left no report. */
  outcome?: Outcome | undefined;
}

/** What `evidence verify --json` prints of a file that holds. */
export interface VerifiedLine {
  holds: true;
  form: 'json' | 'page';
  /** The head of the chain: the hash to keep elsewhere. */
  head: string;
  /** SHA-256 of the whole file. */
  sha256: string;
  /** True when the head was compared with one that was kept elsewhere. */
  headCompared: boolean;
}
