import { BURST_LEAST, evenShare, LEASE_MS, type Lease, type LeaseAsked } from '../../contract/api-budget';
import { compact } from '../../util/compact';
import { MAX_RETRY_AFTER_MS, spread } from '../../util/retry-after';
import { LearnedRate } from './learned';
import { type Priority, type Waiter, WaitingLine } from './line';
import { TokenBucket } from './token-bucket';

/** Without the limiter a worker takes at most this share: four of them together keep the budget. */
const SAFE_SHARE = 0.25;
/** After a lease that could not be had, the next one is asked for so much later. */
const TRY_AGAIN_MS = 5_000;
const MINUTE_S = 60;

export interface BudgetOptions {
  /** For all workers together, requests a minute. Default: none, until a 429 teaches one. */
  perMinute?: number | undefined;
  /** Asks for this worker's share. Default: it has all of the budget. */
  lease?: ((asked: Omit<LeaseAsked, 'worker'>) => Promise<Lease>) | undefined;
  /** Told of every request that waited, or not, when it may go. */
  onGrant?: ((priority: Priority, waitedMs: number) => void) | undefined;
  /** Told when the limiter cannot be reached, and when it can be again. */
  onLimiter?: ((error: unknown) => void) | undefined;
}

/** What there is to see of a budget. */
export interface BudgetReading {
  /** What this worker may send now, requests a second; 0 while the API has asked to wait; absent without a budget. */
  perSecond?: number;
  /** Requests that wait for their turn. */
  waiting: Record<Priority, number>;
}

/**
 * The budget of one token: who may send a request, and when. Without a budget everybody may at once. A 429 stops all of them
 * for as long as it asks, and teaches a budget.
 */
export class RequestBudget {
  readonly #line = new WaitingLine();
  readonly #learned = new LearnedRate();
  readonly #bucket: TokenBucket;
  #timer: NodeJS.Timeout | undefined;
  /** Until when this worker may send at the rate of its bucket, by the monotonic clock. */
  #leasedUntil = Number.NEGATIVE_INFINITY;
  #spentAt = Number.NEGATIVE_INFINITY;
  #isLeasing = false;
  #askAt = Number.NEGATIVE_INFINITY;
  #isSafe = false;
  #isClosed = false;

  constructor(private readonly options: BudgetOptions = {}) {
    this.#bucket = new TokenBucket(0, BURST_LEAST);
  }

  /**
   * Waits until so many requests may be sent together. Never fails but with the reason of the signal.
   *
   * @param count more than {@link BURST_LEAST} go as soon as so many may.
   */
  async take(priority: Priority, count: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#line.size === 0 && this.#msUntil(count) === 0) {
      this.#spend(count);
      this.options.onGrant?.(priority, 0);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        this.#line.remove(waiter);
        reject(signal?.reason);
        this.#pump();
      };
      const since = performance.now();
      const go = () => {
        signal?.removeEventListener('abort', giveUp);
        this.options.onGrant?.(priority, performance.now() - since);
        resolve();
      };
      const waiter: Waiter = { priority, count, since, go };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#line.add(waiter);
      this.#pump();
    });
  }

  /** The API has turned a request away with 429. */
  refused(retryAfterMs: number | undefined, message: string): void {
    this.#learned.teach(retryAfterMs === undefined ? undefined : spread(retryAfterMs), message);
    // The others are to know soon.
    this.#askAt = Number.NEGATIVE_INFINITY;
    this.#pump();
  }

  /** For all workers together, requests a minute; `undefined` when there is none. */
  get perMinute(): number | undefined {
    const known = [this.options.perMinute, this.#learned.perMinute].filter((it) => it !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  get reading(): BudgetReading {
    const perSecond = this.#learned.pauseMs > 0 ? 0 : this.perMinute && this.#bucket.rate;
    const waiting = (['write', 'check', 'poll'] as const).map((it) => [it, this.#line.countOf(it)]);
    return { waiting: Object.fromEntries(waiting), ...compact({ perSecond }) };
  }

  /** Whoever waits goes at once; nothing is leased any more. */
  close(): void {
    this.#isClosed = true;
    this.#pump();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    for (let first = this.#line.first(); first !== undefined; first = this.#line.first()) {
      const ms = this.#isClosed ? 0 : this.#msUntil(first.count);
      if (ms > 0) {
        this.#timer = setTimeout(() => this.#pump(), Math.min(ms, this.#lookAgainMs()));
        return;
      }
      this.#line.remove(first);
      this.#spend(first.count);
      first.go();
    }
  }

  /** While somebody waits, the share is asked for again in time. */
  #lookAgainMs(): number {
    if (this.options.lease === undefined) return TRY_AGAIN_MS;
    return Math.max(1, Math.min(TRY_AGAIN_MS, this.#askAt - performance.now()));
  }

  #setShare({ perSecond, burst }: Pick<Lease, 'perSecond' | 'burst'>, isRested: boolean): void {
    this.#bucket.set(perSecond, burst);
    if (isRested) this.#bucket.add(burst - BURST_LEAST);
  }

  /** Whether nothing was sent for a minute, so that all may go at once that goes at once. */
  #isRested(): boolean {
    return performance.now() - this.#spentAt > MINUTE_S * 1_000;
  }

  #spend(count: number): void {
    this.#learned.sent(count);
    this.#spentAt = performance.now();
    if (this.perMinute !== undefined) this.#bucket.take(count);
  }

  #msUntil(count: number): number {
    const { perMinute } = this;
    const { pauseMs } = this.#learned;
    if (perMinute === undefined) return Math.ceil(pauseMs);
    this.#keepShare(perMinute);
    return Math.ceil(Math.max(pauseMs, this.#bucket.msUntil(count)));
  }

  /** Only who sends, or waits to, asks for a share; that of an idle worker ends by itself. */
  #keepShare(perMinute: number): void {
    const at = performance.now();
    if (this.options.lease === undefined) {
      this.#setShare(evenShare(perMinute, 1), this.#isRested());
      return;
    }
    if (at > this.#leasedUntil) this.#bucket.set(this.#isSafe ? safeShare(perMinute) : 0, BURST_LEAST);
    if (this.#isLeasing || at < this.#askAt) return;
    this.#isLeasing = true;
    this.#askAt = Number.POSITIVE_INFINITY;
    void this.#lease(this.options.lease, perMinute, at).finally(() => {
      this.#isLeasing = false;
      this.#pump();
    });
  }

  async #lease(from: NonNullable<BudgetOptions['lease']>, perMinute: number, at: number): Promise<void> {
    const isRested = this.#isRested();
    try {
      const lease = await from({ perMinute, pauseMs: Math.ceil(this.#learned.pauseMs) });
      // Beside others, who may just have sent all that goes at once, it begins with the least.
      this.#setShare(lease, isRested && lease.workers === 1);
      if (lease.pauseMs > 0) this.#learned.pause(Math.min(lease.pauseMs, spread(MAX_RETRY_AFTER_MS, 1)));
      this.#leasedUntil = at + LEASE_MS;
      this.#askAt = Math.min(this.#askAt, at + lease.askAgainMs);
      if (this.#isSafe) this.options.onLimiter?.(undefined);
      this.#isSafe = false;
    } catch (error) {
      // The share goes on to its end; afterwards this worker takes one that it may have without being asked.
      this.#askAt = performance.now() + TRY_AGAIN_MS;
      if (!this.#isSafe) this.options.onLimiter?.(error);
      this.#isSafe = true;
    }
  }
}

function safeShare(perMinute: number): number {
  return (perMinute / MINUTE_S) * SAFE_SHARE;
}
