import { status as grpcStatus } from '@grpc/grpc-js';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Mode } from '../contract/input';
import { compact } from '../util/compact';
import { rootCause } from '../util/root-cause';
import { list } from './find';
import type { RunSummary } from './runs';
import type { TemporalSession } from './session';

/** A run, with what it was started with as far as that says who wanted what. */
export interface PastRun extends RunSummary {
  /** Absent when the input does not say it, as the next one. */
  requestedBy?: string;
  reason?: string;
  /** Default `execute`. */
  mode?: Mode;
}

const LAST_RUNS = 5;

/** See {@link SwitchbackClient.lastRuns}. */
export async function lastRuns(
  session: TemporalSession,
  project: string,
  service: string,
  limit: number = LAST_RUNS,
): Promise<PastRun[]> {
  const runs = await list(session, { project, service, limit });
  return Promise.all(runs.map(async (run) => ({ ...run, ...(await wishOf(session, run)) })));
}

/** Temporal's list does not tell it: it may hold a name, and search attributes are never encrypted. */
async function wishOf(
  session: TemporalSession,
  { workflowId, runId }: RunSummary,
): Promise<Pick<PastRun, 'requestedBy' | 'reason' | 'mode'>> {
  try {
    const input = await session.ask(() => inputOf(session.temporal, { workflowId, runId }));
    const { requestedBy, reason, mode } = (
      typeof input === 'object' && input !== null ? input : {}
    ) as Record<string, unknown>;
    const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
    return compact({
      requestedBy: text(requestedBy),
      reason: text(reason),
      mode: text(mode) as Mode | undefined,
    });
  } catch (error) {
    const root = rootCause(error);
    // Listed a moment longer than it is kept.
    if (isGrpcServiceError(root) && root.code === grpcStatus.NOT_FOUND) return {};
    throw session.translate(error, workflowId);
  }
}

/** What a run was started with, by its first event; `undefined` when that cannot be read here. */
export async function inputOf(
  { workflowService, options }: Client,
  execution: { workflowId: string; runId: string },
): Promise<unknown> {
  const { history } = await workflowService.getWorkflowExecutionHistory({
    namespace: options.namespace,
    execution,
    maximumPageSize: 1,
  });
  const [argument] = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return argument && defaultPayloadConverter.fromPayload(argument);
}
