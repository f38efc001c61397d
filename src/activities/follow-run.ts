import { getClient, log } from '@temporalio/activity';
import type { RunEvents } from '../contract/events';
import { eventsQuery } from '../contract/messages';
import type { NotifyInput } from '../contract/notifications';
import type { EventFeed } from '../notify';
import { sleep } from '../util/sleep';
import { abortable } from './abortable';
import { HistoryPoller } from './history-poller';
import { lostRun } from './lost-run';
import { endOf, type RunEndInTemporal } from './run-end';

/** Between two tries to ask a run that does not answer: no worker is there, or it cannot replay the run. */
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [500, 10_000];
/** For so long a run that is closed is asked in vain before it is taken for one that says nothing. */
const LAST_QUESTION_MS = 60_000;

/**
 * Puts every event of a run on the tape, and ends the tape when no event will follow. Waits for news in Temporal's
 * history, so that a run that does nothing costs nothing. A Reset leads to the run that took over.
 */
export async function followRun(first: NotifyInput, feed: EventFeed, signal: AbortSignal): Promise<void> {
  for (let run = first; ; ) {
    const end = await followOne(run, feed, signal);
    if (end === undefined) return;
    if (end.resetTo === undefined) {
      reportLostRun(run, end, feed);
      return;
    }
    log.info('the run was reset; the new one is followed', { from: run.runId, to: end.resetTo });
    run = { ...run, runId: end.resetTo };
  }
}

/** @returns how the run was closed when it said nothing of an end; `undefined` when it did. */
async function followOne(
  run: NotifyInput,
  feed: EventFeed,
  signal: AbortSignal,
): Promise<RunEndInTemporal | undefined> {
  const poller = new HistoryPoller(run);
  for (;;) {
    // In this order: what happens after the question is news afterwards.
    const isClosed = await poller.next(signal);
    const answer = await ask(run, feed.lastOf(run.runId), signal);
    if (!('status' in answer)) {
      feed.add(answer);
      const last = feed.present;
      if (answer.ended && last !== undefined) {
        feed.end(Date.parse(last.event.at));
        return undefined;
      }
      if (!isClosed) continue;
    }
    return 'status' in answer ? answer : untilKnown(run, signal);
  }
}

/** Asks until there is an answer. @returns how the run was closed when there will be none. */
async function ask(
  run: NotifyInput,
  seq: number,
  signal: AbortSignal,
): Promise<RunEvents | RunEndInTemporal> {
  const handle = getClient().workflow.getHandle(run.workflowId, run.runId);
  // Not since the run was closed: the workers may have been away since then.
  const askedSince = Date.now();
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await abortable(handle.query(eventsQuery, seq), signal);
    } catch {
      signal.throwIfAborted();
      if (attempt === 0) log.warn('the run does not answer; it is asked again', { run: run.runId });
    }
    const end = await abortable(endOf(run), signal).catch(() => undefined);
    const isInVain = Date.now() - askedSince > LAST_QUESTION_MS;
    if (end?.status === 'DELETED' || (end !== undefined && isInVain)) return end;
    await sleep(Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS), signal);
  }
}

/** How a run that is closed was closed, however long Temporal takes to say so. */
async function untilKnown(run: NotifyInput, signal: AbortSignal): Promise<RunEndInTemporal> {
  for (;;) {
    const end = await abortable(endOf(run), signal).catch(() => undefined);
    if (end !== undefined) return end;
    await sleep(FIRST_PAUSE_MS, signal);
  }
}

/** Somebody must hear of a run that no longer can speak. */
function reportLostRun(run: NotifyInput, end: RunEndInTemporal, feed: EventFeed): void {
  const last = feed.present;
  const identity = last?.run ?? end.identity;
  if (identity === undefined)
    log.warn('no notification can be sent about the run', { run: run.runId, status: end.status });
  else feed.add({ run: { ...identity, ...run }, events: [lostRun(feed, end)] });
  feed.end(end.at);
}
