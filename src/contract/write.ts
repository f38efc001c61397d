import type { Pair, PairObservation, Side, Situation } from './observation';
import type { RequestCounts } from './report';

export interface PromoteInput {
  pair: Pair;
  /** The service to make active. */
  target: Side;
  /** The side that the procedure is to make active; a promotion of the other one is its undo. Default: the primary. */
  goal?: Side;
  /** The critical facts that were checked; when one has moved, nothing is sent. The undo has none: it answers to what is read. */
  expected: Record<string, string> | undefined;
  /** Everything but the write: what would have been sent is the answer. */
  rehearse?: boolean;
}

export interface FailInput {
  pair: Pair;
  /** The critical facts that were checked; when one has moved, nothing is sent. */
  expected: Record<string, string> | undefined;
  /** A person wants a primary destroyed that the API calls healthy. */
  drill?: boolean;
  /** Everything but the write. */
  rehearse?: boolean;
}

export interface RebuildInput {
  pair: Pair;
  /** The critical facts that were checked; when one has moved, nothing is sent. */
  expected: Record<string, string> | undefined;
  /** Everything but the write. */
  rehearse?: boolean;
}

/**
 * The heartbeat details of an attempt to write. An attempt that died as it was `reading` has sent nothing; one that
 * died as it was `sending` may have. Without details nothing is known.
 */
export interface PromoteProgress {
  stage: 'reading' | 'sending';
}

/** The type of the failure of an attempt to promote that was told to stop before it sent anything. */
export const NOTHING_SENT = 'NOTHING_SENT';

/** What is known about the write after one attempt to promote. */
export type PromoteOutcome =
  /** A rehearsal: the write would have been sent now. */
  | 'rehearsed'
  /** The API accepted the write (2xx). Not a proof: only reads prove a promotion. */
  | 'accepted'
  /** No write was sent: the wanted role is already there, or is on its way. */
  | 'not-needed'
  /** No write was sent: the pair is not in a situation that allows it. */
  | 'not-allowed'
  /** No write was sent, or it provably did not count: the API refused it for good. */
  | 'refused'
  /** The write provably did not count, and a later attempt makes sense (429, connection refused). */
  | 'not-applied'
  /** The write may or may not have been applied. Only reads can tell. */
  | 'unknown';

export interface PromoteResult {
  requests: RequestCounts;
  outcome: PromoteOutcome;
  situation: Situation;
  /** Read right before the write. */
  observed: PairObservation;
  /** What the API said, when it said something worth repeating. */
  detail: string;
  /** True when the API accepted the write, and its reply proves that somebody else's promotion came first. */
  hadNoEffect?: boolean;
  /** The API's own id of the write, when it was sent and got one. */
  requestId?: string;
  /** How long the API asked to wait before another attempt, in milliseconds. */
  retryAfterMs?: number;
}
