import type { CheckResult } from './checks';
import type { ErrorCode } from './errors';
import type { Dialect, PairObservation, Situation } from './observation';
import type { Phase } from './phase';

/** How a run ended. Only the first three complete the workflow; the others fail it with an {@link ErrorCode}. */
export type Outcome =
  | 'switched-back'
  | 'already-primary'
  | 'accepted'
  | 'invalid-input'
  | 'blocked'
  | 'aborted'
  | 'not-switched'
  | 'returned-to-recovery'
  | 'given-up';

/** One thing that happened, in the order it happened. */
export interface TimelineEntry {
  /** ISO 8601, the workflow's clock. */
  at: string;
  phase: Phase;
  event: string;
}

/** Requests to the Aiven API that the run knows of. A write whose fate is unknown is counted. */
export interface RequestCounts {
  reads: number;
  writes: number;
}

/** Something is wrong with the pair, since when, and until when. */
export interface Alarm {
  /** A situation of the pair, or what went wrong with the run: it took too long, or a write was refused. */
  cause: Situation | 'deadline' | 'not-written';
  message: string;
  since: string;
  /** Absent while it stands. */
  until?: string;
}

/** What a person, or the policy in their stead, decided. */
export interface Decision {
  action: 'wait' | 'return-to-recovery' | 'accept' | 'give-up';
  by: string;
  reason: string;
  at: string;
}

/** The result of a run, or the first detail of its failure. Empty lists are left out. */
export interface SwitchbackReport {
  outcome: Outcome;
  /** Set when the run failed. */
  code?: ErrorCode;
  /** One sentence: what is true now. */
  headline: string;
  /** One sentence: what to do next. */
  next: string;
  project: string;
  primary: string;
  recovery?: string;
  dialect?: Dialect;
  situation?: Situation;
  /** The last thing that was seen of both services. */
  observed?: PairObservation;
  /** When the run was about to send the promotion; absent when it never was, or when nothing was sent. */
  pointOfNoReturn?: string;
  checks?: CheckResult[];
  timeline: TimelineEntry[];
  alarms?: Alarm[];
  decisions?: Decision[];
  /** When somebody asked to cancel after the point of no return; the run finished forward. */
  cancelRequestedAt?: string;
  requests: RequestCounts;
  requestedBy?: string;
  reason?: string;
  workflowId: string;
  runId: string;
  startedAt: string;
  endedAt: string;
}
