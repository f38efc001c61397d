import type { SinkProgress } from '../contract/notifications';
import { now } from '../util/now';
import { sleep } from '../util/sleep';
import type { EventFeed, FeedEntry } from './event-feed';
import { DeliveryFailure } from './failure';
import type { HttpRequest, Reply } from './post';
import type { RetryPolicy } from './settings';
import type { Delivery, Sink } from './sink';

/** What came of one attempt; `retried`: not yet, and it is tried again. */
export type Result = 'delivered' | 'retried' | 'lost';

/** One sink and all that is needed to tell it of a run. */
export interface DeliveryContext {
  sink: Sink;
  progress: SinkProgress;
  isWanted: (entry: FeedEntry) => boolean;
  linkTo: (entry: FeedEntry) => string | undefined;
  post: (request: () => Promise<HttpRequest>) => Promise<Reply>;
  retryPolicy: RetryPolicy;
  /** Told of every attempt, and of every event that is given up. */
  onResult: (result: Result, entry: FeedEntry, problem?: string) => void;
}

/**
 * Tells one sink of every event, in order, until the tape ends and all is delivered or given up. What is done is in the
 * progress at any moment, so that whoever has it can go on.
 */
export async function deliverAll(
  feed: EventFeed,
  context: DeliveryContext,
  signal: AbortSignal,
): Promise<void> {
  const { progress } = context;
  for (;;) {
    const entry = await feed.at(progress.upTo, signal);
    if (entry === undefined) return;
    if (context.isWanted(entry)) await deliverOne(feed, context, entry, signal);
    progress.upTo += 1;
  }
}

/** Ends when the event is delivered, or given up. */
async function deliverOne(
  feed: EventFeed,
  context: DeliveryContext,
  entry: FeedEntry,
  signal: AbortSignal,
): Promise<void> {
  const { progress, retryPolicy, onResult } = context;
  for (;;) {
    const failure = isGone(progress) ? GONE : await attempt(feed, context, entry, signal);
    if (failure === undefined) return;
    if (failure.kind === 'gone') setGone(progress);
    if (failure.kind !== 'later') {
      delete progress.failing;
      giveUp(context, entry, failure.message);
      return;
    }
    const before = progress.failing;
    const attempts = (before?.attempts ?? 0) + 1;
    progress.failing = {
      since: before?.since ?? now(),
      attempts,
      error: failure.message,
    };
    if (isOver(feed, retryPolicy)) {
      giveUp(context, entry, `${failure.message}, until the time was over`);
      return;
    }
    onResult('retried', entry, failure.message);
    await pause(
      Math.max(backoff(attempts, retryPolicy), failure.retryAfterMs ?? 0),
      feed,
      retryPolicy,
      signal,
    );
  }
}

/** @returns why it failed; `undefined` when there is nothing more to do about this event. */
async function attempt(
  feed: EventFeed,
  { sink, progress, isWanted, linkTo, post, onResult }: DeliveryContext,
  entry: FeedEntry,
  signal: AbortSignal,
): Promise<DeliveryFailure | undefined> {
  progress.memory ??= {};
  const delivery: Delivery = {
    ...entry,
    known: [...feed.entries],
    place: progress.upTo,
    isWanted,
    link: linkTo(entry),
    memory: progress.memory,
    post,
  };
  try {
    const wasTold = await sink.deliver(delivery);
    if (wasTold) {
      progress.delivered += 1;
      delete progress.failing;
      onResult('delivered', entry);
    }
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DeliveryFailure) return error;
    // A fault of ours must cost this event at most, and its message could hold anything.
    const name = error instanceof Error ? error.name : 'an error';
    return new DeliveryFailure('refused', `no message could be made of it (${name})`);
  }
}

function giveUp({ progress, onResult }: DeliveryContext, entry: FeedEntry, why: string): void {
  progress.undelivered.push({ seq: entry.event.seq, why });
  onResult('lost', entry, why);
}

const GONE = new DeliveryFailure('gone', 'the receiver said before that it is gone for good (HTTP 410)');

function isGone({ memory }: SinkProgress): boolean {
  return memory?.gone === 'yes';
}

function setGone(progress: SinkProgress): void {
  progress.memory = { ...progress.memory, gone: 'yes' };
}

function isOver({ endedAt }: EventFeed, { afterEndMs }: RetryPolicy): boolean {
  return endedAt !== undefined && Date.now() - endedAt >= afterEndMs;
}

/** Doubles with every attempt, less up to a half at random, so that runs that wait for one receiver do not all come at once. */
function backoff(attempts: number, { firstPauseMs, longestPauseMs }: RetryPolicy): number {
  const whole = Math.min(firstPauseMs * 2 ** Math.min(attempts - 1, 30), longestPauseMs);
  return whole * (1 - Math.random() / 2);
}

/** Ends early when the time is over: there is one more attempt then. */
async function pause(
  ms: number,
  { endedAt }: EventFeed,
  { afterEndMs }: RetryPolicy,
  signal: AbortSignal,
): Promise<void> {
  const left = endedAt === undefined ? ms : endedAt + afterEndMs - Date.now();
  await sleep(Math.max(0, Math.min(ms, left)), signal);
}
