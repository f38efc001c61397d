import type { Alarm } from './alarm';
import type { Acknowledgement, CheckResult } from './checks';
import type { ErrorCode } from './errors';
import type { Lag } from './lag';
import type { UndeliveredNotifications } from './notifications';
import type { Dialect, PairObservation, Situation } from './observation';
import type { Outcome } from './outcome';
import type { Parity } from './parity';
import type { Phase } from './phase';
import type { ProbeReport } from './probe';
import type { Move, Procedure } from './procedure';
import type { EndpointReport, OldSessions, Proof } from './proof';

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

/** Whether a person let the run go on, and for what state. */
export interface Approval {
  verdict: 'approved' | 'rejected';
  by: string;
  reason: string;
  at: string;
  /** The fingerprint of the checked state that was approved. */
  fingerprint: string;
  /** The service that is destroyed, as the approver typed it: of a failover alone. */
  service?: string;
  /** What moved afterwards, so that the approval no longer counts. */
  voidedBy?: string[];
}

/** What the run would write, as an approver reads it. */
export interface Plan {
  /** The one write. */
  request: { method: 'PUT'; path: string; body: Record<string, unknown> };
  /** Of the target and the critical facts; an approval is bound to it. */
  fingerprint: string;
  facts: Record<string, string>;
  approvalRequired: boolean;
  /** Ids of soft findings that still need an acknowledgement. */
  toAcknowledge: string[];
  /** The service that the write destroys: of a failover alone, like the next. */
  destroys?: string;
  /** What of it would be lost, as far as it could be measured. */
  loss?: string;
}

/** Somebody wanted the run to stop. */
export interface AbortRequest {
  by: string;
  reason: string;
  at: string;
  /** `aborted`: nothing was written and nothing will be. `finishing-forward`: too late, only recorded. */
  effect: 'aborted' | 'finishing-forward';
}

/** What a person, or the policy in their stead, decided. */
export interface Decision {
  action: 'wait' | 'return-to-recovery' | 'return-to-primary' | 'accept' | 'give-up';
  by: string;
  reason: string;
  at: string;
}

/** One move of a run that makes several, once it has ended well. */
export interface Leg {
  move: Move;
  outcome: Outcome;
  /** ISO 8601. */
  endedAt: string;
  /** When its write was about to be sent; absent when none was needed. */
  pointOfNoReturn?: string;
  /** The write probe: what this move cost. */
  probe?: ProbeReport;
  proof?: Proof;
  /** The write probe while the pair stayed so, before the next move. */
  soak?: ProbeReport;
}

/** What a run knows, in its status and in its report. Empty lists are left out. */
export interface RunFacts {
  /** One sentence: what is true now. */
  headline: string;
  /** What the run does; absent in a switchback. */
  procedure?: Procedure;
  /** The moves that are behind it, in a run that makes several. */
  legs?: Leg[];
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
  /** What was, or would have been, written. */
  plan?: Plan;
  approvals?: Approval[];
  acknowledgements?: Acknowledgement[];
  abortRequested?: AbortRequest;
  /** When somebody asked to cancel; after the point of no return the run finishes forward. */
  cancelRequestedAt?: string;
  requestedBy?: string;
  reason?: string;
  /** The replication lag, as it was last measured before the write. */
  lag?: Lag;
  /** The write probe: measured RTO and RPO. Set when it has stopped. */
  probe?: ProbeReport;
  /** What PostgreSQL itself said after the switch. */
  proof?: Proof;
  /** Where the Service URI leads. */
  endpoint?: EndpointReport;
  /** The client sessions that stayed on the passive side, where the run was to end them. */
  oldSessions?: OldSessions;
  /** How the two services differ, and what the run changed. */
  parity?: Parity;
  /** What nobody measured or proved, and why: each one sentence. */
  notProven?: string[];
}

/** Where the evidence of a run is, and the hash that stands for it. */
export interface KeptEvidence {
  /** The head of the chain: whoever has it can tell whether a file is the one that was kept. */
  head: string;
  /** Path or URL of the bundle. */
  json: string;
  /** Path or URL of the page. */
  page: string;
}

/** The result of a run, or the first detail of its failure. */
export interface SwitchbackReport extends RunFacts {
  /** How it ended; `outcomes` says of each whether the workflow completes with it. */
  outcome: Outcome;
  /** Set when the run failed. */
  code?: ErrorCode;
  /** The pair is home, but not everybody sees it there yet: some resolver still leads to the old side. */
  degraded?: 'endpoint';
  /** One sentence: what to do next. */
  next: string;
  requests: RequestCounts;
  /** Sinks known to be behind when the run ended: deliveries fail, or events were given up. Absent when none is. */
  undelivered?: UndeliveredNotifications[];
  /** The workflow that tells the sinks, and goes on trying after the end; absent when nobody is to be told. */
  notifier?: string;
  /** Where its evidence was kept, or why not; absent when the worker keeps none. */
  evidence?: KeptEvidence | { problem: string };
  workflowId: string;
  runId: string;
  startedAt: string;
  endedAt: string;
}
