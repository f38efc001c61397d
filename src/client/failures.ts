import { status as grpcStatus } from '@grpc/grpc-js';
import {
  type Client,
  Connection,
  isGrpcServiceError,
  type WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, NamespaceNotFoundError } from '@temporalio/common';
import { type ErrorCode, errors, SwitchbackError } from '../contract/errors';
import { FleetFailedError, SwitchbackFailedError } from '../contract/failed-error';
import type { FleetReport } from '../contract/fleet';
import type { SwitchbackReport } from '../contract/report';
import { rootCause } from '../util/root-cause';

/** What the server says to a query that no worker picks up: no poller was seen, or the query's time was over. */
const NO_ANSWER = [grpcStatus.FAILED_PRECONDITION, grpcStatus.DEADLINE_EXCEEDED];
/** Nobody is there, or nobody in time; every other status is an answer. */
const SILENCE = [grpcStatus.UNAVAILABLE, grpcStatus.DEADLINE_EXCEEDED, grpcStatus.CANCELLED];

/** What Temporal said about a run, as an error with a code; anything that is not Temporal's is returned as it is. */
export function translate(error: unknown, temporal: Client, workflowId: string, taskQueue: string): unknown {
  if (error instanceof SwitchbackError) return error;
  if (error instanceof NamespaceNotFoundError) {
    const message = `Temporal at ${addressOf(temporal)} has no namespace ${error.namespace}.`;
    return new SwitchbackError('TEMPORAL_UNREACHABLE', message, { cause: error });
  }
  if (error instanceof WorkflowNotFoundError) {
    return new SwitchbackError('RUN_NOT_FOUND', `There is no run ${workflowId}.`, { cause: error });
  }
  const root = rootCause(error);
  if (!isGrpcServiceError(root)) return error;
  if (NO_ANSWER.includes(root.code) && !/limit/i.test(root.details)) {
    return noWorker(workflowId, taskQueue, error);
  }
  return unreachable(error, addressOf(temporal));
}

/** @param more what to do about it, a sentence. */
export function noWorker(workflowId: string, taskQueue: string, cause: unknown, more = ''): SwitchbackError {
  const message = `No worker answers for the run ${workflowId} on task queue ${taskQueue}.${more}`;
  return new SwitchbackError('NO_WORKER', message, { cause });
}

export function unreachable(error: unknown, address: string): SwitchbackError {
  const why = rootCause(error);
  const text = why instanceof Error ? why.message : String(why);
  const refused = isGrpcServiceError(why) && !SILENCE.includes(why.code);
  const message = `Temporal at ${address} ${refused ? 'refused the request' : 'does not answer'}: ${text}`;
  return new SwitchbackError('TEMPORAL_UNREACHABLE', message, { cause: error });
}

function addressOf({ connection }: Client): string {
  return connection instanceof Connection ? connection.options.address : 'its address';
}

/** True when the namespace lacks the search attributes: no worker of ours has ever polled there. */
export function isUnknownAttribute(error: unknown): boolean {
  const root = rootCause(error);
  return isGrpcServiceError(root) && root.code === grpcStatus.INVALID_ARGUMENT;
}

/** How a fleet failed, with its report. */
export function fleetFailureOf(error: WorkflowFailedError, workflowId: string): FleetFailedError {
  const { cause } = error;
  if (cause instanceof ApplicationFailure && cause.type && Object.hasOwn(errors, cause.type)) {
    const report = cause.details?.[0] as FleetReport | undefined;
    return new FleetFailedError(cause.type as ErrorCode, cause.message, report, { cause });
  }
  const message = `The fleet ${workflowId} ended without a report (${cause?.message ?? error.message}). Its runs go on by themselves; start the same fleet again, and it joins them.`;
  return new FleetFailedError('NO_REPORT', message, undefined, { cause: error });
}

/** How a run failed, with its report. */
export function failureOf(error: WorkflowFailedError, workflowId: string): SwitchbackFailedError {
  const { cause } = error;
  if (cause instanceof CancelledFailure) {
    const message = `Nothing was written: the run ${workflowId} was cancelled.`;
    return new SwitchbackFailedError('CANCELLED', message, undefined, { cause });
  }
  if (cause instanceof ApplicationFailure && cause.type && Object.hasOwn(errors, cause.type)) {
    const report = cause.details?.[0] as SwitchbackReport | undefined;
    return new SwitchbackFailedError(cause.type as ErrorCode, cause.message, report, { cause });
  }
  const message = `The run ${workflowId} ended without a report (${cause?.message ?? error.message}). Read both services before anything else.`;
  return new SwitchbackFailedError('NO_REPORT', message, undefined, { cause: error });
}

/** Nobody answers now; the run itself is not touched by that. */
export function isSilence(error: unknown): error is SwitchbackError {
  return (
    error instanceof SwitchbackError && (error.code === 'NO_WORKER' || error.code === 'TEMPORAL_UNREACHABLE')
  );
}
