import {
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { type ErrorCode, errors } from '../../contract/errors';
import { type FleetPair, type PairResult, pairResultOf } from '../../contract/fleet';
import { procedures } from '../../contract/procedure';
import type { SwitchbackReport } from '../../contract/report';
import { TEXT_LIMIT } from '../../contract/text';
import { workflowIdOf } from '../../contract/workflow-id';
import { rootMessage } from '../../util/root-cause';
import { cut } from '../../util/text';
import { wait } from './activity-proxies';
import type { Fleet } from './fleet-state';

/** The canonical id, so that the run of a pair is one however it was started. */
export function runIdOf({ request }: Fleet, { pair }: Pick<FleetPair, 'pair'>): string {
  const [project, service] = namesOf(pair);
  const id = workflowIdOf(project, service, request.procedure);
  return request.mode === 'plan' ? `${id}.plan` : id;
}

/** Starts the run of a pair, or joins the one that is going on, and waits for its end. */
export async function performPair(fleet: Fleet, one: FleetPair): Promise<PairResult> {
  const { request } = fleet;
  const workflowId = runIdOf(fleet, one);
  const [project] = namesOf(one.pair);
  fleet.starting += 1;
  const started = startChild(procedures[request.procedure].workflowType, {
    workflowId,
    args: [inputOf(fleet, one)],
    // A fleet that is terminated must not end a run past its write; the runs go on by themselves.
    parentClosePolicy: ParentClosePolicy.ABANDON,
    // A hundred pairs of one project leave room for the one of another.
    priority: { fairnessKey: project.slice(0, 64) },
    staticSummary: `${request.procedure} of ${one.pair}, for ${fleet.workflowId}`,
  }).finally(() => {
    fleet.starting -= 1;
  });
  try {
    const child = await started;
    one.runId = child.firstExecutionRunId;
    return pairResultOf((await child.result()) as SwitchbackReport);
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) {
      one.joined = true;
      return join(fleet, one);
    }
    return resultOfFailure(workflowId, error);
  }
}

/** Waits for the end of a run that is no child of this execution. */
export async function join(fleet: Fleet, one: FleetPair): Promise<PairResult> {
  const { runId } = one;
  try {
    return await wait(`wait for the end of the run of ${one.pair}`).joinRun({
      workflowId: runIdOf(fleet, one),
      ...(runId === undefined ? {} : { runId }),
    });
  } catch (error) {
    return { code: 'NO_REPORT', note: `its end could not be awaited: ${rootMessage(error)}` };
  }
}

function inputOf({ request, workflowId }: Fleet, { pair }: FleetPair): Record<string, unknown> {
  const [project, service] = namesOf(pair);
  const { run, mode, requestedBy, reason } = request;
  return {
    ...run,
    project,
    service,
    ...(mode === 'execute' ? {} : { mode }),
    ...(requestedBy === '' ? {} : { requestedBy }),
    reason: cut(`${workflowId}${reason === '' ? '' : `: ${reason}`}`, TEXT_LIMIT),
  };
}

function namesOf(pair: string): [project: string, service: string] {
  const at = pair.indexOf('/');
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function resultOfFailure(workflowId: string, error: unknown): PairResult {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  if (cause instanceof CancelledFailure)
    return {
      outcome: 'aborted',
      code: 'CANCELLED',
      note: `${workflowId} was cancelled; nothing was written.`,
    };
  if (cause instanceof ApplicationFailure && cause.type && Object.hasOwn(errors, cause.type)) {
    const report = cause.details?.[0] as Partial<SwitchbackReport> | undefined;
    return { code: cause.type as ErrorCode, ...pairResultOf(report ?? {}) };
  }
  return {
    code: 'NO_REPORT',
    note: `${workflowId} ended without a report (${rootMessage(error)}): look at both services.`,
  };
}
