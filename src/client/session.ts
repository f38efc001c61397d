import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { status as grpcStatus } from '@grpc/grpc-js';
import {
  type Client,
  isGrpcServiceError,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type QueryDefinition, type UpdateDefinition } from '@temporalio/common';
import { SwitchbackError } from '../contract/errors';
import { statusQuery } from '../contract/messages';
import type { SwitchbackStatus } from '../contract/status';
import { rootCause } from '../util/root-cause';
import { noWorker, translate } from './failures';

const UPDATE_ATTEMPTS = 5;
const QUERY_ATTEMPTS = 20;
const QUERY_PAUSE_MS = 250;
/** After a worker was killed, Temporal asks another one ten seconds later; nobody should wait the usual 30 s for none. */
const QUERY_MS = 15_000;
/** The server would hold a message for a run without a worker for ever. */
const UPDATE_MS = 20_000;

/** Single requests to Temporal about runs, each given up when the client is closed; errors have a code of ours. */
export class TemporalSession {
  /** One for each question that is being asked. */
  readonly #asking = new Set<AbortController>();
  isClosed = false;

  constructor(
    readonly temporal: Client,
    readonly taskQueue: string,
  ) {}

  /** Gives up what is being asked, and closes the connection. */
  async close(): Promise<void> {
    this.giveUp();
    await this.temporal.connection.close();
  }

  /** Gives up what is being asked. */
  giveUp(): void {
    this.isClosed = true;
    // A call that only its channel's end breaks off is tried again by the SDK, on a channel that is no more.
    for (const question of this.#asking) question.abort();
  }

  /** Does `work` until {@link close} gives it up. */
  async ask<T>(work: () => Promise<T>): Promise<T> {
    const question = new AbortController();
    setMaxListeners(0, question.signal); // a long wait is many calls, and the SDK adds a listener for each
    this.#asking.add(question);
    try {
      return await this.temporal.withAbortSignal(question.signal, work);
    } finally {
      this.#asking.delete(question);
    }
  }

  async describe(workflowId: string, runId?: string): Promise<WorkflowExecutionDescription> {
    try {
      const handle = this.temporal.workflow.getHandle(workflowId, runId);
      return await this.ask(() => handle.describe());
    } catch (error) {
      throw this.translate(error, workflowId);
    }
  }

  async isRunning(workflowId: string, runId?: string): Promise<boolean> {
    return (await this.describe(workflowId, runId)).status.name === 'RUNNING';
  }

  queryStatus(handle: WorkflowHandle): Promise<SwitchbackStatus> {
    return this.query(handle, statusQuery);
  }

  /** Temporal holds one question for a run that is busy, and refuses a second one until that is answered. */
  async query<Answer>(handle: WorkflowHandle, question: QueryDefinition<Answer>): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.ask(() =>
          this.temporal.withDeadline(Date.now() + QUERY_MS, () => handle.query(question)),
        );
      } catch (error) {
        const root = rootCause(error);
        const code = isGrpcServiceError(root) ? root.code : undefined;
        // A deadline that is over can come as a cancellation, too.
        if (code === grpcStatus.CANCELLED && !this.isClosed)
          throw noWorker(handle.workflowId, this.taskQueue, error);
        if (code !== grpcStatus.RESOURCE_EXHAUSTED || attempt === QUERY_ATTEMPTS) throw error;
        await delay(QUERY_PAUSE_MS);
      }
    }
  }

  async update<Answer, Payload>(
    workflowId: string,
    update: UpdateDefinition<Answer, [Payload]>,
    payload: Payload,
  ): Promise<Answer> {
    try {
      return await this.#send(workflowId, update, payload);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError && !(await this.isRunning(workflowId))) {
        const message = `The run ${workflowId} has ended; there is nothing to ${update.name} any more.`;
        throw new SwitchbackError('RUN_NOT_FOUND', message, { cause: error });
      }
      // A deadline that is over can come as a cancellation, too.
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError && !this.isClosed)
        throw noWorker(workflowId, this.taskQueue, error, ' Look at its status before you send that again.');
      const refused = rootCause(error);
      if (refused instanceof ApplicationFailure) throw new SwitchbackError('INVALID_INPUT', refused.message);
      throw this.translate(error, workflowId);
    }
  }

  /** An update that ends the run can meet news of the run in the same task, and is then to be sent again. */
  async #send<Answer, Payload>(
    workflowId: string,
    update: UpdateDefinition<Answer, [Payload]>,
    payload: Payload,
  ): Promise<Answer> {
    const handle = this.temporal.workflow.getHandle(workflowId);
    const updateId = randomUUID(); // the same for all attempts, so that it counts once
    const deadline = Date.now() + UPDATE_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.ask(() =>
          this.temporal.withDeadline(deadline, () =>
            handle.executeUpdate(update, { args: [payload], updateId }),
          ),
        );
      } catch (error) {
        const root = rootCause(error);
        const lost = isGrpcServiceError(root) && root.code === grpcStatus.FAILED_PRECONDITION;
        if (!lost || attempt === UPDATE_ATTEMPTS) throw error;
      }
    }
  }

  translate(error: unknown, workflowId: string): unknown {
    return translate(error, this.temporal, workflowId, this.taskQueue);
  }
}
