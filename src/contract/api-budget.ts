/** The name under which the limiter's workflow function is exported. */
export const API_BUDGET_WORKFLOW_TYPE = 'apiBudgetWorkflow';

/** What the workflow id of every limiter begins with. */
export const API_BUDGET_ID_PREFIX = 'switchback-api-budget.';

/** The update by which a busy worker gets its share of the budget for a while. */
export const LEASE_UPDATE = 'lease';

/** The query that answers a {@link BudgetView}. */
export const BUDGET_QUERY = 'budget';

/** A share ends so long after it was asked for; a worker that goes on asks again well before. */
export const LEASE_MS = 15_000;

/** How often a busy worker asks for its share. */
export const LEASE_EVERY_MS = 5_000;

/** How soon a newcomer asks again that has not got all of its share. */
export const LEASE_SOON_MS = 1_000;

/** Requests that must go together: both looks at the pair, the status of the pair, and the write. */
export const BURST_LEAST = 4;

/** The smallest budget: below it, a run could not look at its pair often enough to be of use. Requests a minute. */
export const LEAST_PER_MINUTE = 30;

/** What a worker tells the limiter. Never holds a token. */
export interface LeaseAsked {
  /** Stable for a worker process. */
  worker: string;
  /** The budget that this worker knows of, for all workers together, requests a minute. */
  perMinute: number;
  /** For how long the API has just asked to wait, milliseconds; 0 when it has not. */
  pauseMs: number;
}

/** What the worker may do until {@link LEASE_MS} after it asked. */
export interface Lease {
  /** Requests a second, evenly. */
  perSecond: number;
  /** Requests that may go at once after a quiet time. */
  burst: number;
  /** How long nothing may be sent, since the API asked another worker to wait, milliseconds. */
  pauseMs: number;
  /** How many workers share the budget now. */
  workers: number;
  /** When to ask again while busy, milliseconds: sooner by a newcomer to whom the others have not left its share yet. */
  askAgainMs: number;
}

/** What the limiter remembers of one worker. Times are milliseconds of the epoch. */
export interface Leased {
  worker: string;
  until: number;
  perMinute: number;
  perSecond: number;
  burst: number;
}

/** All that the limiter remembers, carried over when it continues as new. */
export interface BudgetState {
  leases: Leased[];
  pausedUntil: number;
}

/** What the limiter says of itself. */
export interface BudgetView {
  /** The smallest budget that a busy worker knows of, requests a minute; absent while no worker is busy. */
  perMinute?: number;
  workers: number;
}

/** Of a minute's budget, what may go at once after a quiet time. */
const BURST_SHARE = 0.1;
/** The rest is for what a worker sends at once when it begins beside others. */
const EVEN_SHARE = 0.95;
const MINUTE_S = 60;

/**
 * An even share for each of so many workers, such that all together never send more than the budget in any minute: what
 * goes at once after a quiet time is taken off what goes evenly.
 */
export function evenShare(perMinute: number, workers: number): { perSecond: number; burst: number } {
  const burst = Math.max(BURST_LEAST, Math.floor((perMinute * BURST_SHARE) / workers));
  // With many workers on a small budget the bursts alone would use it up.
  const evenly = Math.max(perMinute * EVEN_SHARE - workers * burst, perMinute / 2);
  return { perSecond: evenly / MINUTE_S / workers, burst };
}
