import type { DisasterRecovery, Me, Service } from '../aiven';

/** One thing that was asked of the API: the answer, or why there is none. */
export type Fact<T> = { ok: true; value: T; request: string; at: string } | UnreadFact;

export interface UnreadFact {
  ok: false;
  /** One sentence. */
  why: string;
  request: string;
  at: string;
  /** HTTP status of the API's answer, when it answered. */
  status?: number;
}

/** Everything that the preconditions are judged by. */
export interface Facts {
  project: string;
  /** The service that the input calls the primary. */
  named: string;
  /** The recovery service: as found, or else as the input names it. */
  peer: string | undefined;
  /** True when the input named both services. */
  confirmed: boolean;
  me: Fact<Me>;
  primary: Fact<Service>;
  recovery: Fact<Service>;
  /** Only in the promote-to-master dialect. */
  disasterRecovery?: Fact<DisasterRecovery>;
}
