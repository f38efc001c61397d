import { randomUUID } from 'node:crypto';
import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { SwitchbackError } from '../contract/errors';
import { differencesBetween, parseInput, type SwitchbackRequest } from '../contract/input';
import { attachUpdate } from '../contract/messages';
import type { Side } from '../contract/observation';
import type { Phase } from '../contract/phase';
import { moves, type Procedure, procedures } from '../contract/procedure';
import type { ProcedureInput } from '../contract/procedure-input';
import { workflowIdOf } from '../contract/workflow-id';
import { compact } from '../util/compact';
import { rootCause } from '../util/root-cause';
import { inputOf } from './last-runs';
import type { TemporalSession } from './session';

export interface StartOptions {
  /** What the run does. Default `switchback`. */
  procedure?: Procedure;
  /** Default: the canonical id of the pair, so that Temporal refuses a second run of it. */
  workflowId?: string;
  /** When a run with this id is going on, follow that one instead of failing. Its own input counts. Default false. */
  attach?: boolean;
}

/** A run that was started, or found running. */
export interface SwitchbackRun {
  workflowId: string;
  runId: string;
  /** True when it was running already. */
  attached: boolean;
}

/** What {@link SwitchbackClient.startOrAttach} found out in one call. */
export interface AttachedRun extends SwitchbackRun {
  /** What the run says; absent when no worker has answered yet. */
  phase?: Phase;
  headline?: string;
  /** What the run that was going on does otherwise than was asked for; empty for one that was started. */
  differences: string[];
}

/** How {@link SwitchbackClient.startOrAttach} starts. */
export interface AttachOptions {
  /** What the run does. Default `switchback`. */
  procedure?: Procedure;
  /** Default: the canonical id of the pair. */
  workflowId?: string;
  /** How long a worker may take to answer, milliseconds. Default 10,000. */
  waitMs?: number;
}

/** A worker that is there answers in milliseconds; one that was killed a moment ago, after ten seconds. */
const ANSWER_MS = 10_000;

/** See {@link SwitchbackClient.start}. */
export async function start(
  session: TemporalSession,
  input: ProcedureInput,
  options: StartOptions,
): Promise<SwitchbackRun> {
  const { procedure = 'switchback' } = options;
  const start = startOf(session, input, { procedure, id: options.workflowId });
  const { workflowId } = start;
  try {
    const handle = await session.ask(() =>
      session.temporal.workflow.start(procedures[procedure].workflowType, start),
    );
    return { workflowId, runId: handle.firstExecutionRunId, attached: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw session.translate(error, workflowId);
    if (options.attach)
      return { workflowId, runId: (await session.describe(workflowId)).runId, attached: true };
    throw new SwitchbackError(
      'ALREADY_RUNNING',
      `The run ${workflowId} is going on already; nothing was started.`,
    );
  }
}

/** See {@link SwitchbackClient.startOrAttach}. */
export async function startOrAttach(
  session: TemporalSession,
  input: ProcedureInput,
  { procedure = 'switchback', workflowId: id, waitMs = ANSWER_MS }: AttachOptions,
): Promise<AttachedRun> {
  const startId = randomUUID();
  const start = startOf(session, input, { procedure, id, memo: { startId } });
  const { workflowId } = start;
  const startWorkflowOperation = new WithStartWorkflowOperation(procedures[procedure].workflowType, {
    ...start,
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  // It is told what the call below is told, and nobody else asks.
  startWorkflowOperation.workflowHandle().catch(() => {});
  const options = { args: [input] as [ProcedureInput], updateId: startId, startWorkflowOperation };
  const answer = await session
    .ask(() =>
      session.temporal.withDeadline(Date.now() + waitMs, () =>
        session.temporal.workflow.executeUpdateWithStart(attachUpdate, options),
      ),
    )
    .catch((error: unknown) => {
      const translated = session.translate(error, workflowId);
      // It is running, and takes no more of these.
      if (rootCause(error) instanceof ApplicationFailure) return undefined;
      // A deadline that is over can come as a cancellation, too.
      const isLate = error instanceof WorkflowUpdateRPCTimeoutOrCancelledError && !session.isClosed;
      const isSilent = translated instanceof SwitchbackError && translated.code === 'NO_WORKER';
      if (!isLate && !isSilent) throw translated;
      return undefined;
    });
  const { runId, memo } = await session.describe(workflowId, answer?.runId).catch((error: unknown) => {
    const isUnknown = error instanceof SwitchbackError && error.code === 'RUN_NOT_FOUND';
    if (answer !== undefined || !isUnknown) throw error;
    const message = `Temporal did not say in time whether it has started ${workflowId}; it may do so yet. The same call again finds out.`;
    throw new SwitchbackError('TEMPORAL_UNREACHABLE', message, { cause: error });
  });
  const attached = memo?.startId !== startId;
  if (answer === undefined) {
    const differences = attached
      ? await differencesFrom(session, input, procedure, { workflowId, runId })
      : [];
    return { workflowId, runId, attached, differences };
  }
  const { phase, headline, differences } = answer;
  return { workflowId, runId, attached, phase, headline, differences };
}

/** By the first event of the run, where the run itself takes no more callers or no worker answers. */
async function differencesFrom(
  session: TemporalSession,
  input: ProcedureInput,
  procedure: Procedure,
  execution: { workflowId: string; runId: string },
): Promise<string[]> {
  const started = await session.ask(() => inputOf(session.temporal, execution));
  const running = parseInput(started, procedure);
  return running.ok ? differencesBetween(input, running.request) : [];
}

/** How a run is started; its summary and details are what Temporal's UI shows of it for good. */
function startOf(
  session: TemporalSession,
  input: ProcedureInput,
  { procedure, id, memo }: { procedure: Procedure; id: string | undefined; memo?: Record<string, unknown> },
) {
  const parsed = parseInput(input, procedure);
  if (!parsed.ok)
    throw new SwitchbackError('INVALID_INPUT', `Nothing was started: ${parsed.faults.join('; ')}.`);
  const { project, service, mode } = parsed.request;
  // A plan writes nothing, so that it may stand beside a run.
  const suffix = mode === 'plan' ? '.plan' : '';
  return {
    workflowId: id ?? `${workflowIdOf(project, service, procedure)}${suffix}`,
    taskQueue: session.taskQueue,
    args: [input],
    staticSummary: `${procedure} of ${project}/${service}`,
    staticDetails: detailsOf(parsed.request),
    ...compact({ memo }),
  };
}

const MODES: Record<SwitchbackRequest['mode'], string> = {
  execute: 'makes the service active that is to be',
  plan: 'only says what a run would write',
  rehearse: 'goes to the end without the promotion',
};

function detailsOf(request: SwitchbackRequest): string {
  const { project, service, recovery, procedure, mode, requestedBy, reason } = request;
  const last = procedures[procedure].moves.at(-1) ?? 'switchback';
  const to = (side: Side) => (side === moves[last].target ? 'active' : 'passive');
  return [
    `**${mode}**: ${MODES[mode]}.`,
    '',
    `- project: ${project}`,
    `- primary, to be ${to('primary')}: ${service}`,
    `- recovery, to be ${to('recovery')}: ${recovery ?? 'found by the run'}`,
    `- asked for by: ${requestedBy || 'not said'}`,
    `- reason: ${reason || 'not said'}`,
  ].join('\n');
}
