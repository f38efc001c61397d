import {
  type BudgetState,
  type BudgetView,
  evenShare,
  LEASE_EVERY_MS,
  LEASE_MS,
  LEASE_SOON_MS,
  LEAST_PER_MINUTE,
  type Lease,
  type LeaseAsked,
  type Leased,
} from '../contract/api-budget';
import { MAX_RETRY_AFTER_MS } from '../util/retry-after';

/** The longest wait that is taken from the API, and what is added to spread it. */
const LONGEST_PAUSE_MS = MAX_RETRY_AFTER_MS * 2;
const LONGEST_NAME = 100;

/** Whether a worker can have asked this. */
export function isLeaseAsked(asked: unknown): asked is LeaseAsked {
  const { worker, perMinute, pauseMs } = (asked ?? {}) as Partial<Record<keyof LeaseAsked, unknown>>;
  return (
    typeof worker === 'string' &&
    worker.length <= LONGEST_NAME &&
    isWithin(perMinute, LEAST_PER_MINUTE, Number.MAX_SAFE_INTEGER) &&
    isWithin(pauseMs, 0, LONGEST_PAUSE_MS)
  );
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}

/**
 * Gives a worker its share, and remembers it. The smallest budget that any busy worker knows of counts. A newcomer gets what
 * the others leave: their shares shrink when they ask again, so that all together never have more than there is.
 */
export function grant(
  state: BudgetState,
  asked: LeaseAsked,
  nowMs: number,
): { state: BudgetState; lease: Lease } {
  const others = state.leases.filter(({ worker, until }) => worker !== asked.worker && until > nowMs);
  const workers = others.length + 1;
  const perMinute = Math.min(asked.perMinute, ...others.map((it) => it.perMinute));
  const even = evenShare(perMinute, workers);
  const left = evenShare(perMinute, 1).perSecond - sum(others.map((it) => it.perSecond));
  const perSecond = Math.max(0, Math.min(even.perSecond, left));
  const pausedUntil = Math.max(state.pausedUntil, nowMs + asked.pauseMs);
  const { worker } = asked;
  const leased: Leased = {
    worker,
    until: nowMs + LEASE_MS,
    perMinute: asked.perMinute,
    perSecond,
    burst: even.burst,
  };
  return {
    state: { leases: [...others, leased], pausedUntil },
    lease: {
      perSecond,
      burst: even.burst,
      pauseMs: Math.max(0, pausedUntil - nowMs),
      workers,
      askAgainMs: perSecond < even.perSecond ? LEASE_SOON_MS : LEASE_EVERY_MS,
    },
  };
}

/** True when no worker has been busy for a while: nothing is worth remembering. */
export function isIdle({ leases, pausedUntil }: BudgetState, nowMs: number): boolean {
  return pausedUntil <= nowMs && leases.every(({ until }) => until <= nowMs);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** What the limiter says of itself. */
export function viewOf({ leases }: BudgetState, nowMs: number): BudgetView {
  const busy = leases.filter(({ until }) => until > nowMs);
  if (busy.length === 0) return { workers: 0 };
  return { workers: busy.length, perMinute: Math.min(...busy.map(({ perMinute }) => perMinute)) };
}
