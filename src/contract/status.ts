import type { Acknowledgement, CheckResult } from './checks';
import type { PairObservation, Situation } from './observation';
import type { Phase } from './phase';
import type { AbortRequest, Alarm, Approval, Decision, Outcome, Plan, TimelineEntry } from './report';

/** Why the run waits: never a silent wait. */
export interface Waiting {
  /** What it waits for, in a few words. */
  for: string;
  observed: string;
  wanted: string;
  /** ISO 8601. */
  since: string;
  /** When it stops waiting and does something else, ISO 8601. */
  until?: string;
}

/** The answer of the query `status`. Empty lists are left out. */
export interface SwitchbackStatus {
  phase: Phase;
  /** One sentence: what is true now. */
  headline: string;
  project: string;
  primary: string;
  recovery?: string;
  situation?: Situation;
  observed?: PairObservation;
  waiting?: Waiting;
  pointOfNoReturn?: string;
  checks?: CheckResult[];
  alarms?: Alarm[];
  decisions?: Decision[];
  plan?: Plan;
  approvals?: Approval[];
  acknowledgements?: Acknowledgement[];
  abortRequested?: AbortRequest;
  timeline: TimelineEntry[];
  /** Set when the run has ended. */
  outcome?: Outcome;
}
