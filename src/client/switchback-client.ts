import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ConnectionOptions, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { Acknowledgement } from '../contract/checks';
import {
  type ApproveInput,
  abortUpdate,
  acknowledgeUpdate,
  approveUpdate,
  type DecideInput,
  decideUpdate,
  type NamedReason,
  rejectUpdate,
} from '../contract/messages';
import type { ProcedureInput } from '../contract/procedure-input';
import type { AbortRequest, Approval, Decision, SwitchbackReport } from '../contract/report';
import type { TrendRun } from '../contract/trend';
import { TASK_QUEUE } from '../contract/workflow-id';
import { compact } from '../util/compact';
import { connectToTemporal } from '../util/temporal-connection';
import { untilAborted } from '../util/until-aborted';
import { failureOf, isSilence, unreachable } from './failures';
import { find, latestRun, list } from './find';
import { FleetClient } from './fleets';
import { lastRuns, type PastRun } from './last-runs';
import { type ListFilter, type LiveStatus, progressIn, type RunSummary, type WatchOptions } from './runs';
import {
  type DrillSchedule,
  type DrillScheduleName,
  type DrillTimes,
  deleteDrills,
  drillSchedules,
  pauseDrills,
  resumeDrills,
  type ScheduledDrillInput,
  scheduleDrill,
} from './schedules';
import { TemporalSession } from './session';
import { type Standing, standingIn } from './standing';
import {
  type AttachedRun,
  type AttachOptions,
  type StartOptions,
  type SwitchbackRun,
  start,
  startOrAttach,
} from './start';
import { trend } from './trend';

const POLL_MS = 1_000;
const PATIENCE_MS = 120_000;
/** A refused connection is tried again for as long; nobody should wait the usual 10 s for a typing error. */
const CONNECT_TIMEOUT = '4s';

/**
 * Starts, watches and steers switchbacks. Works with a Temporal client that the caller already has; everything it
 * throws on purpose is a {@link SwitchbackError} with a stable code.
 */
export class SwitchbackClient {
  readonly #session: TemporalSession;
  /** Many pairs at once. */
  readonly fleets: FleetClient;

  constructor(temporal: Client, taskQueue: string = TASK_QUEUE) {
    this.#session = new TemporalSession(temporal, taskQueue);
    this.fleets = new FleetClient(temporal, taskQueue);
  }

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
      const connection = await connectToTemporal({ connectTimeout: CONNECT_TIMEOUT, ...connectionOptions });
      return new SwitchbackClient(new Client({ connection, namespace }), taskQueue);
    } catch (error) {
      throw unreachable(error, connectionOptions.address ?? 'localhost:7233');
    }
  }

  /** Gives up what is being asked, and closes the connection. */
  close(): Promise<void> {
    this.fleets.giveUp();
    return this.#session.close();
  }

  /**
   * Starts a switchback and returns at once.
   *
   * @throws SwitchbackError INVALID_INPUT (nothing was started), ALREADY_RUNNING, TEMPORAL_UNREACHABLE
   */
  start(input: ProcedureInput, options: StartOptions = {}): Promise<SwitchbackRun> {
    return start(this.#session, input, options);
  }

  /**
   * Starts a switchback, or finds the one that is going on, in one call that cannot be torn apart (update-with-start):
   * of any number of callers at once one starts the run, and all learn which it is, what it is doing, and whether it
   * does what they asked for. Without a worker the run is started all the same, and the answer lacks what only a worker
   * can say.
   *
   * @throws SwitchbackError INVALID_INPUT (nothing was started), TEMPORAL_UNREACHABLE
   */
  startOrAttach(input: ProcedureInput, options: AttachOptions = {}): Promise<AttachedRun> {
    return startOrAttach(this.#session, input, options);
  }

  /**
   * What the run is doing now. Needs a worker that listens: the answer comes from the workflow itself.
   *
   * @param runId default: the newest run of that id.
   * @throws SwitchbackError RUN_NOT_FOUND, NO_WORKER, TEMPORAL_UNREACHABLE
   */
  async status(workflowId: string, runId?: string): Promise<LiveStatus> {
    try {
      const handle = this.#session.temporal.workflow.getHandle(workflowId, runId);
      const [status, description] = await Promise.all([
        this.#session.queryStatus(handle),
        this.#session.ask(() => handle.describe()),
      ]);
      const live = progressIn(description);
      return { ...status, workflowId, ...compact({ live }) };
    } catch (error) {
      throw this.#session.translate(error, workflowId);
    }
  }

  /**
   * The workflow id of the newest run of a pair, whatever id it was started with; `undefined` when there is none.
   * A run that was started a moment ago under an id of its own may not be listed yet.
   *
   * @throws SwitchbackError INVALID_INPUT for what cannot be a name, TEMPORAL_UNREACHABLE
   */
  latestRun(project: string, service: string): Promise<string | undefined> {
    return latestRun(this.#session, project, service);
  }

  /**
   * The newest run of a pair as {@link latestRun} finds it, or the run of the pair with this id. Needs no worker.
   *
   * @throws SwitchbackError INVALID_INPUT for what cannot be a name or an id, RUN_NOT_FOUND, TEMPORAL_UNREACHABLE
   */
  find(project: string, service: string, runId?: string): Promise<RunSummary> {
    return find(this.#session, project, service, runId);
  }

  /**
   * The runs that Temporal lists, those that go on and the newest ones first. Needs no worker. What happened a moment
   * ago may not be listed yet.
   *
   * @throws SwitchbackError INVALID_INPUT for what cannot be a name, TEMPORAL_UNREACHABLE
   */
  list(filter: ListFilter = {}): Promise<RunSummary[]> {
    return list(this.#session, filter);
  }

  /**
   * The ended runs of a pair that tell how well it is prepared, the newest first: at most `limit` (default 50) of any
   * kind, as many that measured a gap, and the last one that practised. As long as Temporal keeps them. Needs no worker.
   *
   * @throws SwitchbackError INVALID_INPUT for what cannot be a name, TEMPORAL_UNREACHABLE
   */
  trend(project: string, service: string, limit?: number): Promise<TrendRun[]> {
    return trend(this.#session, project, service, limit);
  }

  /**
   * The newest runs of a pair, of any procedure, with who wanted them: those that go on first. At most `limit` (default
   * 5). Needs no worker.
   *
   * @throws SwitchbackError INVALID_INPUT for what cannot be a name, TEMPORAL_UNREACHABLE
   */
  lastRuns(project: string, service: string, limit?: number): Promise<PastRun[]> {
    return lastRuns(this.#session, project, service, limit);
  }

  /**
   * Where in the cycle a pair stood when its newest run looked at it last, and what could be done then; `undefined` when no
   * run has looked at it. What is true now, `switchback get` asks Aiven. Needs a worker that listens.
   *
   * @throws SwitchbackError INVALID_INPUT for what cannot be a name, NO_WORKER, TEMPORAL_UNREACHABLE
   */
  async standing(project: string, service: string): Promise<Standing | undefined> {
    const workflowId = await this.latestRun(project, service);
    return workflowId === undefined ? undefined : standingIn(await this.status(workflowId));
  }

  /** False once the run has ended, however it did. Needs no worker. */
  isRunning(workflowId: string, runId?: string): Promise<boolean> {
    return this.#session.isRunning(workflowId, runId);
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
    let silence: { since: number; code: string } | undefined;
    while (!signal?.aborted) {
      try {
        // Asked first: what the run says after its end is its last word.
        const running = await untilAborted(this.isRunning(workflowId, runId), signal);
        const status = await untilAborted(this.status(workflowId, runId), signal);
        if (status === undefined) return;
        silence = undefined;
        yield status;
        if (status.outcome !== undefined || !running) return;
      } catch (error) {
        if (!isSilence(error)) throw error;
        if (error.code !== silence?.code) onSilence?.(error);
        silence = { since: silence?.since ?? Date.now(), code: error.code };
        if (Date.now() - silence.since > PATIENCE_MS) throw error;
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
    return this.#session.update(workflowId, decideUpdate, decision);
  }

  /** Approves the plan that the run shows; the answer is the approval that counts. Throws like {@link decide}. */
  approve(workflowId: string, approval: ApproveInput): Promise<Approval> {
    return this.#session.update(workflowId, approveUpdate, approval);
  }

  /** Rejects the plan; the run ends without a write. Throws like {@link decide}. */
  reject(workflowId: string, rejection: NamedReason): Promise<Approval> {
    return this.#session.update(workflowId, rejectUpdate, rejection);
  }

  /** Answers for a soft finding while the run waits. Throws like {@link decide}. */
  acknowledge(workflowId: string, acknowledgement: Acknowledgement): Promise<Acknowledgement> {
    return this.#session.update(workflowId, acknowledgeUpdate, acknowledgement);
  }

  /** Stops the run if nothing was written yet; the answer says whether it was in time. Throws like {@link decide}. */
  abort(workflowId: string, request: NamedReason): Promise<AbortRequest> {
    return this.#session.update(workflowId, abortUpdate, request);
  }

  /**
   * Waits for the end of the run.
   *
   * @throws SwitchbackFailedError with the code and the report of a run that ended badly.
   */
  async result(workflowId: string, runId?: string): Promise<SwitchbackReport> {
    const handle = this.#session.temporal.workflow.getHandle(workflowId, runId) as WorkflowHandle<
      (input: unknown) => Promise<SwitchbackReport>
    >;
    try {
      return await this.#session.ask(() => handle.result());
    } catch (error) {
      if (error instanceof WorkflowFailedError) throw failureOf(error, workflowId);
      throw this.#session.translate(error, workflowId);
    }
  }

  /**
   * Practises on a pair again and again, by a Temporal Schedule: a rehearsal by default. There is one schedule of a pair
   * and a mode; scheduling again changes its times and its input, and leaves it paused if it was. A start while the last
   * run still goes on is skipped, and a run that fails pauses the schedule.
   *
   * @throws SwitchbackError INVALID_INPUT (nothing was scheduled), TEMPORAL_UNREACHABLE
   */
  scheduleDrill(input: ScheduledDrillInput, times: DrillTimes): Promise<DrillSchedule> {
    return scheduleDrill(this.#session, input, times);
  }

  /** The schedules of {@link scheduleDrill}, perhaps without the last moment. @throws SwitchbackError TEMPORAL_UNREACHABLE */
  drillSchedules(filter: { project?: string; service?: string } = {}): Promise<DrillSchedule[]> {
    return drillSchedules(this.#session, filter);
  }

  /**
   * Starts nothing by this schedule until it is resumed. A run that goes on is left alone.
   *
   * @throws SwitchbackError INVALID_INPUT, SCHEDULE_NOT_FOUND, TEMPORAL_UNREACHABLE
   */
  pauseDrills(name: DrillScheduleName, why: NamedReason): Promise<DrillSchedule> {
    return pauseDrills(this.#session, name, why);
  }

  /** Starts by this schedule again. Throws like {@link pauseDrills}. */
  resumeDrills(name: DrillScheduleName, why: NamedReason): Promise<DrillSchedule> {
    return resumeDrills(this.#session, name, why);
  }

  /** Deletes the schedule, and no run. Throws like {@link pauseDrills}. */
  deleteDrills(name: DrillScheduleName): Promise<void> {
    return deleteDrills(this.#session, name);
  }
}
