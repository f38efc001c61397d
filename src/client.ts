import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { status as grpcStatus } from '@grpc/grpc-js';
import {
  Client,
  Connection,
  type ConnectionOptions,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionInfo,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import {
  ApplicationFailure,
  CancelledFailure,
  NamespaceNotFoundError,
  type UpdateDefinition,
} from '@temporalio/common';
import type { Progress, SwitchbackActivities, WatchProgress } from './contract/activities';
import type { Acknowledgement } from './contract/checks';
import { type ErrorCode, errors, SwitchbackError } from './contract/errors';
import { parseInput, type SwitchbackInput } from './contract/input';
import {
  type ApproveInput,
  abortUpdate,
  acknowledgeUpdate,
  approveUpdate,
  type DecideInput,
  decideUpdate,
  type NamedReason,
  rejectUpdate,
  statusQuery,
} from './contract/messages';
import type { AbortRequest, Approval, Decision, SwitchbackReport } from './contract/report';
import { searchAttributes } from './contract/search-attributes';
import type { SwitchbackStatus } from './contract/status';
import { TASK_QUEUE, WORKFLOW_TYPE, workflowIdOf } from './contract/workflow-id';

export * from './contract/activities';
export * from './contract/checks';
export { type ErrorCode, errors, SwitchbackError } from './contract/errors';
export type { Mode, OnTimeout, SwitchbackInput } from './contract/input';
export * from './contract/lag';
export type { ApproveInput, DecideInput, NamedReason } from './contract/messages';
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

/** What Temporal knows of a run by itself; no worker is asked. */
export interface RunSummary {
  workflowId: string;
  runId: string;
  /** Absent, as are the next three, until a worker has taken the run up. */
  project?: string;
  service?: string;
  phase?: string;
  /** Absent, too, while it goes on, and when it ended without a report. */
  outcome?: string;
  /** Temporal's word: `running`, `completed`, `failed`, `cancelled`, `terminated`, `timed_out`. */
  status: string;
  /** ISO 8601. */
  startedAt: string;
  /** Absent while it goes on. */
  closedAt?: string;
}

/** Which runs to list. */
export interface ListFilter {
  project?: string;
  service?: string;
  /**
   * `running`: going on. `waiting`: going on, and waiting for a person. `failed`: ended, and not as a good run does.
   * Default: all.
   */
  only?: 'running' | 'waiting' | 'failed';
  /** At most so many, the newest ones. Default 20. */
  limit?: number;
}

/** What a run says about itself, with what its waiting activity saw last. */
export interface LiveStatus extends SwitchbackStatus {
  workflowId: string;
  /** What the activity that the run waits for saw last, fresher than `observed`; only while it waits. */
  live?: Progress & Partial<WatchProgress>;
}

/** A run that ended badly. `code` tells why; `report` is the same as a good run returns. */
export class SwitchbackFailedError extends SwitchbackError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly report: SwitchbackReport | undefined,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.name = 'SwitchbackFailedError';
  }
}

const POLL_MS = 1_000;
const LIST_LIMIT = 20;
const LIST_PAGE = 1_000;
const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ONLY: Record<NonNullable<ListFilter['only']>, string> = {
  running: `ExecutionStatus = 'Running'`,
  waiting: `ExecutionStatus = 'Running' AND ${searchAttributes.phase.name} IN ('approval', 'needs-operator')`,
  failed: `ExecutionStatus IN ('Failed', 'Canceled', 'Terminated', 'TimedOut')`,
};
const UPDATE_ATTEMPTS = 5;
/** A refused connection is tried again for as long; nobody should wait the usual 10 s for a typing error. */
const CONNECT_TIMEOUT = '4s';
/** What the server says to a query that no worker picks up: no poller was seen, or the query's time was over. */
const NO_ANSWER = [grpcStatus.FAILED_PRECONDITION, grpcStatus.DEADLINE_EXCEEDED];
/** Nobody is there, or nobody in time; every other status is an answer. */
const SILENCE = [grpcStatus.UNAVAILABLE, grpcStatus.DEADLINE_EXCEEDED, grpcStatus.CANCELLED];

/**
 * Starts, watches and steers switchbacks. Works with a Temporal client that the caller already has; everything it
 * throws on purpose is a {@link SwitchbackError} with a stable code.
 */
export class SwitchbackClient {
  /** One for each question that is being asked. */
  readonly #asking = new Set<AbortController>();

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
    const parsed = parseInput(input);
    if (!parsed.ok)
      throw new SwitchbackError('INVALID_INPUT', `Nothing was started: ${parsed.faults.join('; ')}.`);
    const { project, service } = parsed.request;
    // A plan writes nothing, so that it may stand beside a run.
    const suffix = parsed.request.mode === 'plan' ? '.plan' : '';
    const workflowId = options.workflowId ?? `${workflowIdOf(project, service)}${suffix}`;
    try {
      const handle = await this.#ask(() =>
        this.temporal.workflow.start(WORKFLOW_TYPE, {
          workflowId,
          taskQueue: this.taskQueue,
          args: [input],
          staticSummary: `switchback of ${project}/${service}`,
        }),
      );
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
   * What the run is doing now. Needs a worker that listens: the answer comes from the workflow itself.
   *
   * @param runId default: the newest run of that id.
   * @throws SwitchbackError RUN_NOT_FOUND, NO_WORKER, TEMPORAL_UNREACHABLE
   */
  async status(workflowId: string, runId?: string): Promise<LiveStatus> {
    try {
      const handle = this.temporal.workflow.getHandle(workflowId, runId);
      const [status, description] = await this.#ask(() =>
        Promise.all([handle.query(statusQuery), handle.describe()]),
      );
      const live = progressIn(description);
      return { ...status, workflowId, ...(live === undefined ? {} : { live }) };
    } catch (error) {
      throw this.#translate(error, workflowId);
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
  async list({ project, service, only, limit = LIST_LIMIT }: ListFilter = {}): Promise<RunSummary[]> {
    const parsed = parseInput({ project: project ?? 'any', service: service ?? 'any' });
    if (!parsed.ok) throw new SwitchbackError('INVALID_INPUT', `${parsed.faults.join('; ')}.`);
    const query = [
      `WorkflowType = '${WORKFLOW_TYPE}'`,
      ...(project === undefined ? [] : [`${searchAttributes.project.name} = '${project}'`]),
      ...(service === undefined ? [] : [`${searchAttributes.service.name} = '${service}'`]),
      ...(only === undefined ? [] : [ONLY[only]]),
    ].join(' AND ');
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

  /** The status again and again, until the run has ended. Breaking out of the loop leaves the run alone. */
  async *watch(workflowId: string, pollMs = POLL_MS): AsyncGenerator<LiveStatus, void> {
    for (;;) {
      // Asked first: what the run says after its end is its last word.
      const running = await this.isRunning(workflowId);
      const status = await this.status(workflowId);
      yield status;
      if (status.outcome !== undefined || !running) return;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
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
      if (error instanceof WorkflowFailedError) throw failureOf(error);
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
    if (error instanceof NamespaceNotFoundError) {
      const message = `Temporal at ${addressOf(this.temporal)} has no namespace ${error.namespace}.`;
      return new SwitchbackError('TEMPORAL_UNREACHABLE', message, { cause: error });
    }
    if (error instanceof WorkflowNotFoundError) {
      return new SwitchbackError('RUN_NOT_FOUND', `There is no run ${workflowId}.`, { cause: error });
    }
    const root = rootOf(error);
    if (!isGrpcServiceError(root)) return error;
    if (NO_ANSWER.includes(root.code)) {
      const message = `No worker answers for the run ${workflowId} on task queue ${this.taskQueue}.`;
      return new SwitchbackError('NO_WORKER', message, { cause: error });
    }
    return unreachable(error, addressOf(this.temporal));
  }
}

function summaryOf(info: Omit<WorkflowExecutionInfo, 'raw'>): RunSummary {
  const { workflowId, runId, status, startTime, closeTime, typedSearchAttributes: known } = info;
  const found = {
    project: known.get(searchAttributes.project),
    service: known.get(searchAttributes.service),
    phase: known.get(searchAttributes.phase),
    outcome: known.get(searchAttributes.outcome),
    closedAt: closeTime?.toISOString(),
  };
  return {
    workflowId,
    runId,
    ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
    status: status.name.toLowerCase(),
    startedAt: startTime.toISOString(),
  };
}

function unreachable(error: unknown, address: string): SwitchbackError {
  const why = rootOf(error);
  const text = why instanceof Error ? why.message : String(why);
  const refused = isGrpcServiceError(why) && !SILENCE.includes(why.code);
  const message = `Temporal at ${address} ${refused ? 'refused the request' : 'does not answer'}: ${text}`;
  return new SwitchbackError('TEMPORAL_UNREACHABLE', message, { cause: error });
}

function addressOf({ connection }: Client): string {
  return connection instanceof Connection ? connection.options.address : 'its address';
}

/** True when the namespace lacks the search attributes: no worker of ours has ever polled there. */
function isUnknownAttribute(error: unknown): boolean {
  const root = rootOf(error);
  return isGrpcServiceError(root) && root.code === grpcStatus.INVALID_ARGUMENT;
}

function failureOf(error: WorkflowFailedError): SwitchbackFailedError {
  const { cause } = error;
  if (cause instanceof CancelledFailure) {
    return new SwitchbackFailedError('CANCELLED', 'Cancelled before anything was written.', undefined, {
      cause,
    });
  }
  if (cause instanceof ApplicationFailure && cause.type && Object.hasOwn(errors, cause.type)) {
    const report = cause.details?.[0] as SwitchbackReport | undefined;
    return new SwitchbackFailedError(cause.type as ErrorCode, cause.message, report, { cause });
  }
  const message = `The run ended without a report (${cause?.message ?? error.message}). Read both services before anything else.`;
  return new SwitchbackFailedError('NO_REPORT', message, undefined, { cause: error });
}

function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  return root;
}

/** The activities that wait; the stopwatch runs beside them, and is not what the run waits for. */
const WAITS: readonly (keyof SwitchbackActivities)[] = ['watchPair', 'catchUp', 'prove', 'watchEndpoint'];

function progressIn(description: Awaited<ReturnType<WorkflowHandle['describe']>>): LiveStatus['live'] {
  for (const activity of description.raw.pendingActivities ?? []) {
    const { data, metadata } = activity.heartbeatDetails?.payloads?.[0] ?? {};
    // Anything else was encoded by a codec of the caller's.
    const plain = Buffer.from(metadata?.encoding ?? []).toString() === 'json/plain';
    if (data?.length && plain && WAITS.some((name) => name === activity.activityType?.name)) {
      return JSON.parse(Buffer.from(data).toString('utf8')) as Progress;
    }
  }
  return undefined;
}
