import type { Answer } from './answers';
import type { Outcome } from './outcome';
import type { Phase } from './phase';
import type { RunFacts } from './report';

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

/** The answer of the query `status`. */
export interface SwitchbackStatus extends RunFacts {
  phase: Phase;
  /** Absent while the run does something else than wait. */
  waiting?: Waiting;
  /** What a person can tell the run now, ready to be sent; absent while nobody is asked. */
  answers?: Answer[];
  /** Set when the run has ended. */
  outcome?: Outcome;
  /** Set when the run has ended: what to do next. */
  next?: string;
}
