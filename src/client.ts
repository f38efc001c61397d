import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { status as grpcStatus } from '@grpc/grpc-js';
import {
  Client,
  Connection,
  type ConnectionOptions,
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { failureOf, isSilence, isUnknownAttribute, rootOf, translate, unreachable } from './client/failures';
import {
  type ListFilter,
  type LiveStatus,
  progressIn,
  queryOf,
  type RunSummary,
  summaryOf,
} from './client/runs';
import { untilAborted } from './client/until-aborted';
import type { Acknowledgement } from './contract/checks';
import { SwitchbackError } from './contract/errors';
import { parseInput, type SwitchbackInput, type SwitchbackRequest } from './contract/input';
import {
  type ApproveInput,
  abortUpdate,
  acknowledgeUpdate,
  approveUpdate,
  attachUpdate,
  type DecideInput,
  decideUpdate,
  type NamedReason,
  rejectUpdate,
  statusQuery,
} from './contract/messages';
import type { Phase } from './contract/phase';
import type { AbortRequest, Approval, Decision, SwitchbackReport } from './contract/report';
import type { SwitchbackStatus } from './contract/status';
import { TASK_QUEUE, WORKFLOW_TYPE, workflowIdOf } from './contract/workflow-id';

export { SwitchbackFailedError } from './client/failed-error';
export type { ListFilter, LiveStatus, RunSummary } from './client/runs';
export * from './contract/activities';
export * from './contract/answers';
export * from './contract/checks';
export { type ErrorCode, errors, SwitchbackError } from './contract/errors';
export * from './contract/events';
export type { Mode, OnTimeout, SwitchbackInput } from './contract/input';
export * from './contract/lag';
export type { ApproveInput, Attached, DecideInput, NamedReason } from './contract/messages';
export * from './contract/notifications';
export * from './contract/observation';
export * from './contract/parity';
export type { Phase } from './contract/phase';
export * from './contract/probe';
export * from './contract/proof';
export * from './contract/report';
export * from './contract/status';
export { TASK_QUEUE, WORKFLOW_TYPE, workflowIdOf } from './contract/workflow-id';

export interface StartOptions {
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

/** How {@link SwitchbackClient.watch} watches. */
export interface WatchOptions {
  /** How often, milliseconds. Default 1000. */
  pollMs?: number;
  /** Default: the newest run of that id, also when that changes meanwhile. */
  runId?: string;
  /** Ends the watching at once and without an error; the run is left alone. */
  signal?: AbortSignal;
  /** Called when nobody answers, once until somebody does again. */
  onSilence?: (error: SwitchbackError) => void;
}

const POLL_MS = 1_000;
const LIST_LIMIT = 20;
const LIST_PAGE = 1_000;
const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UPDATE_ATTEMPTS = 5;
const QUERY_ATTEMPTS = 20;
const QUERY_PAUSE_MS = 250;
/** After a worker was killed, Temporal asks another one ten seconds later; nobody should wait the usual 30 s for none. */
const QUERY_MS = 15_000;
const PATIENCE_MS = 120_000;
/** A worker that is there answers in milliseconds; one that was killed a moment ago, after ten seconds. */
const ANSWER_MS = 10_000;
/** A refused connection is tried again for as long; nobody should wait the usual 10 s for a typing error. */
const CONNECT_TIMEOUT = '4s';
/**
 * Starts, watches and steers switchbacks. Works with a Temporal client that the caller already has; everything it
 * throws on purpose is a {@link SwitchbackError} with a stable code.
 */
export class SwitchbackClient {
  /** One for each question that is being asked. */
  readonly #asking = new Set<AbortController>();
  #isClosed = false;

  constructor(
    private readonly temporal: Client,
    private readonly taskQueue: string = TASK_QUEUE,
  ) {}

  /**
   * Connects to Temporal; close with {@link close}.
   *
   * @throws SwitchbackError TEMPORAL_UNREACHABLE
   */
  static async connect(
    options: ConnectionOptions & { namespace?: string; taskQueue?: string },
  ): Promise<SwitchbackClient> {
    const { namespace = 'default', taskQueue, ...connectionOptions } = options;
    try {
      const connection = await Connection.connect({ connectTimeout: CONNECT_TIMEOUT, ...connectionOptions });
      return new SwitchbackClient(new Client({ connection, namespace }), taskQueue);
    } catch (error) {
      throw unreachable(error, connectionOptions.address ?? 'localhost:7233');
    }
  }

  /** Gives up what is being asked, and closes the connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    // A call that only its channel's end breaks off is tried again by the SDK, on a channel that is no more.
    for (const question of this.#asking) question.abort();
    await this.temporal.connection.close();
  }

  /**
   * Starts a switchback and returns at once.
   *
   * @throws SwitchbackError INVALID_INPUT (nothing was started), ALREADY_RUNNING, TEMPORAL_UNREACHABLE
   */
  async start(input: SwitchbackInput, options: StartOptions = {}): Promise<SwitchbackRun> {
    const start = this.#startOf(input, options.workflowId);
    const { workflowId } = start;
    try {
      const handle = await this.#ask(() => this.temporal.workflow.start(WORKFLOW_TYPE, start));
      return { workflowId, runId: handle.firstExecutionRunId, attached: false };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw this.#translate(error, workflowId);
      if (options.attach)
        return { workflowId, runId: (await this.#describe(workflowId)).runId, attached: true };
      throw new SwitchbackError(
        'ALREADY_RUNNING',
        `The run ${workflowId} is going on already; nothing was started.`,
      );
    }
  }

  /**
   * Starts a switchback, or finds the one that is going on, in one call that cannot be torn apart (update-with-start):
   * of any number of callers at once one starts the run, and all learn which it is, what it is doing, and whether it
   * does what they asked for. Without a worker the run is started all the same, and the answer lacks what only a worker
   * can say.
   *
   * @param waitMs how long a worker may take to answer. Default 10 s.
   * @throws SwitchbackError INVALID_INPUT (nothing was started), TEMPORAL_UNREACHABLE
   */
  async startOrAttach(
    input: SwitchbackInput,
    { workflowId: id, waitMs = ANSWER_MS }: { workflowId?: string; waitMs?: number } = {},
  ): Promise<AttachedRun> {
    const startId = randomUUID();
    const start = this.#startOf(input, id, { startId });
    const { workflowId } = start;
    const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOW_TYPE, {
      ...start,
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    // It is told what the call below is told, and nobody else asks.
    startWorkflowOperation.workflowHandle().catch(() => {});
    const options = { args: [input] as [SwitchbackInput], updateId: startId, startWorkflowOperation };
    const answer = await this.#ask(() =>
      this.temporal.withDeadline(Date.now() + waitMs, () =>
        this.temporal.workflow.executeUpdateWithStart(attachUpdate, options),
      ),
    ).catch((error: unknown) => {
      const translated = this.#translate(error, workflowId);
      // It is running, and takes no more of these.
      if (rootOf(error) instanceof ApplicationFailure) return undefined;
      // A deadline that is over can come as a cancellation, too.
      const isLate = error instanceof WorkflowUpdateRPCTimeoutOrCancelledError && !this.#isClosed;
      const isSilent = translated instanceof SwitchbackError && translated.code === 'NO_WORKER';
      if (!isLate && !isSilent) throw translated;
      return undefined;
    });
    const { runId, memo } = await this.#describe(workflowId, answer?.runId).catch((error: unknown) => {
      const isUnknown = error instanceof SwitchbackError && error.code === 'RUN_NOT_FOUND';
      if (answer !== undefined || !isUnknown) throw error;
      const message = `Temporal did not say in time whether it has started ${workflowId}; it may do so yet. The same call again finds out.`;
      throw new SwitchbackError('TEMPORAL_UNREACHABLE', message, { cause: error });
    });
    const attached = memo?.startId !== startId;
    if (answer === undefined) return { workflowId, runId, attached, differences: [] };
    const { phase, headline, differences } = answer;
    return { workflowId, runId, attached, phase, headline, differences };
  }

  /** How a run is started; its summary and details are what Temporal's UI shows of it for good. */
  #startOf(input: SwitchbackInput, id: string | undefined, memo?: Record<string, unknown>) {
    const parsed = parseInput(input);
    if (!parsed.ok)
      throw new SwitchbackError('INVALID_INPUT', `Nothing was started: ${parsed.faults.join('; ')}.`);
    const { project, service, mode } = parsed.request;
    // A plan writes nothing, so that it may stand beside a run.
    const suffix = mode === 'plan' ? '.plan' : '';
    return {
      workflowId: id ?? `${workflowIdOf(project, service)}${suffix}`,
      taskQueue: this.taskQueue,
      args: [input],
      staticSummary: `switchback of ${project}/${service}`,
      staticDetails: detailsOf(parsed.request),
      ...(memo === undefined ? {} : { memo }),
    };
  }

  /**
   * What the run is doing now. Needs a worker that listens: the answer comes from the workflow itself.
   *
   * @param runId default: the newest run of that id.
   * @throws SwitchbackError RUN_NOT_FOUND, NO_WORKER, TEMPORAL_UNREACHABLE
   */
  async status(workflowId: string, runId?: string): Promise<LiveStatus> {
    try {
      const handle = this.temporal.workflow.getHandle(workflowId, runId);
      const [status, description] = await Promise.all([
        this.#query(handle),
        this.#ask(() => handle.describe()),
      ]);
      const live = progressIn(description);
      return { ...status, workflowId, ...(live === undefined ? {} : { live }) };
    } catch (error) {
      throw this.#translate(error, workflowId);
    }
  }

  /** Temporal holds one question for a run that is busy, and refuses a second one until that is answered. */
  async #query(handle: WorkflowHandle): Promise<SwitchbackStatus> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#ask(() =>
          this.temporal.withDeadline(Date.now() + QUERY_MS, () => handle.query(statusQuery)),
        );
      } catch (error) {
        const root = rootOf(error);
        const isBusy = isGrpcServiceError(root) && root.code === grpcStatus.RESOURCE_EXHAUSTED;
        if (!isBusy || attempt === QUERY_ATTEMPTS) throw error;
        await delay(QUERY_PAUSE_MS);
      }
    }
  }

  /**
   * The workflow id of the newest run of a pair, whatever id it was started with; `undefined` when there is none.
   * A run that was started a moment ago under an id of its own may not be listed yet.
   *
   * @throws SwitchbackError INVALID_INPUT for what cannot be a name, TEMPORAL_UNREACHABLE
   */
  async latestRun(project: string, service: string): Promise<string | undefined> {
    const parsed = parseInput({ project, service });
    if (!parsed.ok) throw new SwitchbackError('INVALID_INPUT', `${parsed.faults.join('; ')}.`);
    const query = `WorkflowType = '${WORKFLOW_TYPE}' AND SwitchbackProject = '${project}' AND SwitchbackService = '${service}'`;
    const canonical = workflowIdOf(project, service);
    try {
      if (await this.isRunning(canonical).catch(() => false)) return canonical;
      return await this.#ask(async () => {
        for await (const { workflowId } of this.temporal.workflow.list({ query })) return workflowId;
        return undefined;
      });
    } catch (error) {
      if (isUnknownAttribute(error)) return undefined;
      throw this.#translate(error, canonical);
    }
  }

  /**
   * The newest run of a pair as {@link latestRun} finds it, or the run of the pair with this id. Needs no worker.
   *
   * @throws SwitchbackError INVALID_INPUT for what cannot be a name or an id, RUN_NOT_FOUND, TEMPORAL_UNREACHABLE
   */
  async find(project: string, service: string, runId?: string): Promise<RunSummary> {
    if (runId !== undefined && !RUN_ID.test(runId))
      throw new SwitchbackError('INVALID_INPUT', `"${runId}" is not the id of a run.`);
    const workflowId =
      runId === undefined
        ? await this.latestRun(project, service)
        : await this.#workflowOf(project, service, runId);
    if (workflowId === undefined) {
      const message = `Temporal knows no run that was started for ${project}/${service}.`;
      throw new SwitchbackError('RUN_NOT_FOUND', message);
    }
    return summaryOf(await this.#describe(workflowId, runId));
  }

  /**
   * The runs that Temporal lists, those that go on and the newest ones first. Needs no worker. What happened a moment
   * ago may not be listed yet.
   *
   * @throws SwitchbackError INVALID_INPUT for what cannot be a name, TEMPORAL_UNREACHABLE
   */
  async list(filter: ListFilter = {}): Promise<RunSummary[]> {
    const { project, service, limit = LIST_LIMIT } = filter;
    const parsed = parseInput({ project: project ?? 'any', service: service ?? 'any' });
    if (!parsed.ok) throw new SwitchbackError('INVALID_INPUT', `${parsed.faults.join('; ')}.`);
    const query = queryOf(filter);
    const pageSize = Math.min(limit, LIST_PAGE);
    try {
      return await this.#ask(async () => {
        const runs: RunSummary[] = [];
        if (limit < 1) return runs;
        for await (const info of this.temporal.workflow.list({ query, pageSize })) {
          runs.push(summaryOf(info));
          if (runs.length >= limit) break;
        }
        return runs;
      });
    } catch (error) {
      if (isUnknownAttribute(error)) return [];
      throw this.#translate(error, 'of the list');
    }
  }

  async #workflowOf(project: string, service: string, runId: string): Promise<string> {
    const canonical = workflowIdOf(project, service);
    const query = `WorkflowType = '${WORKFLOW_TYPE}' AND RunId = '${runId}'`;
    try {
      return await this.#ask(async () => {
        for await (const info of this.temporal.workflow.list({ query })) {
          const { workflowId, project: ofProject, service: ofService } = summaryOf(info);
          // A run that no worker has ever taken up carries no names yet.
          const isNamed = ofProject !== undefined && ofService !== undefined;
          if (workflowId === canonical || (ofProject === project && ofService === service)) return workflowId;
          const whose = isNamed ? `${ofProject}/${ofService}` : workflowId;
          const message = `The run ${runId} is one of ${whose}, not of ${project}/${service}.`;
          throw new SwitchbackError('RUN_NOT_FOUND', message);
        }
        // One that was started a moment ago may not be listed yet.
        return canonical;
      });
    } catch (error) {
      throw this.#translate(error, canonical);
    }
  }

  /** False once the run has ended, however it did. Needs no worker. */
  async isRunning(workflowId: string, runId?: string): Promise<boolean> {
    return (await this.#describe(workflowId, runId)).status.name === 'RUNNING';
  }

  /**
   * The status again and again, until the run has ended. Breaking out of the loop leaves the run alone. A worker or a
   * server that is away for less than two minutes is waited for: the run is not over because nobody answers.
   *
   * @throws SwitchbackError NO_WORKER or TEMPORAL_UNREACHABLE after that; RUN_NOT_FOUND
   */
  async *watch(
    workflowId: string,
    { pollMs = POLL_MS, runId, signal, onSilence }: WatchOptions = {},
  ): AsyncGenerator<LiveStatus, void> {
    let silentSince: number | undefined;
    while (!signal?.aborted) {
      try {
        // Asked first: what the run says after its end is its last word.
        const running = await untilAborted(this.isRunning(workflowId, runId), signal);
        const status = await untilAborted(this.status(workflowId, runId), signal);
        if (status === undefined) return;
        silentSince = undefined;
        yield status;
        if (status.outcome !== undefined || !running) return;
      } catch (error) {
        if (!isSilence(error)) throw error;
        if (silentSince === undefined) onSilence?.(error);
        silentSince ??= Date.now();
        if (Date.now() - silentSince > PATIENCE_MS) throw error;
      }
      await delay(pollMs, undefined, { signal }).catch(() => {});
    }
  }

  /**
   * Decides for a run that asks.
   *
   * @throws SwitchbackError INVALID_INPUT when the run refuses the decision, with its reason; RUN_NOT_FOUND also
   * when it has ended.
   */
  decide(workflowId: string, decision: DecideInput): Promise<Decision> {
    return this.#update(workflowId, decideUpdate, decision);
  }

  /** Approves the plan that the run shows; the answer is the approval that counts. Throws like {@link decide}. */
  approve(workflowId: string, approval: ApproveInput): Promise<Approval> {
    return this.#update(workflowId, approveUpdate, approval);
  }

  /** Rejects the plan; the run ends without a write. Throws like {@link decide}. */
  reject(workflowId: string, rejection: NamedReason): Promise<Approval> {
    return this.#update(workflowId, rejectUpdate, rejection);
  }

  /** Answers for a soft finding while the run waits. Throws like {@link decide}. */
  acknowledge(workflowId: string, acknowledgement: Acknowledgement): Promise<Acknowledgement> {
    return this.#update(workflowId, acknowledgeUpdate, acknowledgement);
  }

  /** Stops the run if nothing was written yet; the answer says whether it was in time. Throws like {@link decide}. */
  abort(workflowId: string, request: NamedReason): Promise<AbortRequest> {
    return this.#update(workflowId, abortUpdate, request);
  }

  /**
   * Waits for the end of the run.
   *
   * @throws SwitchbackFailedError with the code and the report of a run that ended badly.
   */
  async result(workflowId: string, runId?: string): Promise<SwitchbackReport> {
    const handle = this.temporal.workflow.getHandle(workflowId, runId) as WorkflowHandle<
      (input: unknown) => Promise<SwitchbackReport>
    >;
    try {
      return await this.#ask(() => handle.result());
    } catch (error) {
      if (error instanceof WorkflowFailedError) throw failureOf(error, workflowId);
      throw this.#translate(error, workflowId);
    }
  }

  async #describe(workflowId: string, runId?: string) {
    try {
      const handle = this.temporal.workflow.getHandle(workflowId, runId);
      return await this.#ask(() => handle.describe());
    } catch (error) {
      throw this.#translate(error, workflowId);
    }
  }

  /** Does `work` until {@link close} gives it up. */
  async #ask<T>(work: () => Promise<T>): Promise<T> {
    const question = new AbortController();
    setMaxListeners(0, question.signal); // a long wait is many calls, and the SDK adds a listener for each
    this.#asking.add(question);
    try {
      return await this.temporal.withAbortSignal(question.signal, work);
    } finally {
      this.#asking.delete(question);
    }
  }

  async #update<Answer, Payload>(
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
      const refused = rootOf(error);
      if (refused instanceof ApplicationFailure) throw new SwitchbackError('INVALID_INPUT', refused.message);
      throw this.#translate(error, workflowId);
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
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#ask(() => handle.executeUpdate(update, { args: [payload], updateId }));
      } catch (error) {
        const root = rootOf(error);
        const lost = isGrpcServiceError(root) && root.code === grpcStatus.FAILED_PRECONDITION;
        if (!lost || attempt === UPDATE_ATTEMPTS) throw error;
      }
    }
  }

  #translate(error: unknown, workflowId: string): unknown {
    return translate(error, this.temporal, workflowId, this.taskQueue);
  }
}

const MODES: Record<SwitchbackRequest['mode'], string> = {
  execute: 'makes the primary service active again',
  plan: 'only says what a run would write',
  rehearse: 'goes to the end without the promotion',
};

function detailsOf({ project, service, recovery, mode, requestedBy, reason }: SwitchbackRequest): string {
  return [
    `**${mode}**: ${MODES[mode]}.`,
    '',
    `- project: ${project}`,
    `- primary, to be active: ${service}`,
    `- recovery, to be passive: ${recovery ?? 'found by the run'}`,
    `- asked for by: ${requestedBy || 'not said'}`,
    `- reason: ${reason || 'not said'}`,
  ].join('\n');
}
