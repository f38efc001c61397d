import { status } from '@grpc/grpc-js';
import { getClient } from '@temporalio/activity';
import { isGrpcServiceError } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { NotifyInput } from '../contract/notifications';
import { sleep } from '../util/sleep';
import { abortable } from './abortable';

const { EVENT_TYPE_WORKFLOW_TASK_COMPLETED } = temporal.api.enums.v1.EventType;
/** The server answers a long poll that meets no news after 20 s; an answer that takes longer is lost. */
const POLL_LIMIT_MS = 40_000;
/** Of a run that Temporal no longer knows: it is as closed as a run can be. */
const NOTHING = { nextPageToken: undefined, hasNews: false };
/** After a call that failed: Temporal is away, or just changes hands. */
const PAUSE_MS = 1_000;

/** Waits for what is new in the history of a run, by Temporal's own long poll. */
export class HistoryPoller {
  #token: Uint8Array | undefined;

  constructor(private readonly run: NotifyInput) {}

  /**
   * Ends when the workflow may have something new to say, the first time at once: only a workflow task that is completed
   * changes what it says.
   *
   * @returns whether the run is closed.
   */
  async next(signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const isFirst = this.#token === undefined;
      const page = await this.#page(signal);
      if (page === undefined) continue;
      this.#token = page.nextPageToken ?? undefined;
      // While a run is open, there is always something to go on from.
      const isClosed = !page.nextPageToken?.length;
      if (isFirst || isClosed || page.hasNews) return isClosed;
    }
  }

  /** @returns `undefined` when it was not to be had this time. */
  async #page(signal: AbortSignal) {
    const { connection, workflowService, options } = getClient();
    const request = {
      namespace: options.namespace,
      execution: this.run,
      waitNewEvent: true,
      ...(this.#token === undefined ? {} : { nextPageToken: this.#token }),
    };
    try {
      const poll = connection.withDeadline(Date.now() + POLL_LIMIT_MS, () =>
        workflowService.getWorkflowExecutionHistory(request),
      );
      const { history, nextPageToken } = await abortable(poll, signal);
      const events = history?.events ?? [];
      const hasNews = events.some(({ eventType }) => eventType === EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
      return { nextPageToken, hasNews };
    } catch (error) {
      signal.throwIfAborted();
      // Whatever is wrong with it, from the beginning it is right again.
      this.#token = undefined;
      if (isGrpcServiceError(error) && error.code === status.NOT_FOUND) return NOTHING;
      await sleep(PAUSE_MS, signal);
      return undefined;
    }
  }
}
