import { readFileSync } from 'node:fs';
import {
  ApplicationFailure,
  CancelledFailure,
  defaultFailureConverter,
  defaultPayloadConverter,
  TimeoutFailure,
} from '@temporalio/common';
import { toPayloads } from '@temporalio/common/lib/converter/payload-converter';
import { msToTs, tsToMs } from '@temporalio/common/lib/time';
import { coresdk, type temporal } from '@temporalio/proto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { parseWorkflowCode } from '@temporalio/worker/lib/worker';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm';
import Long from 'long';
import { createActivities } from '../../src/activities';
import { AivenClient } from '../../src/aiven';
import type { ApprovalPolicy } from '../../src/contract/activities';
import type { SwitchbackReport } from '../../src/contract/report';
import type { SwitchbackStatus } from '../../src/contract/status';
import { WORKFLOW_TYPE } from '../../src/contract/workflow-id';
import { testEnvironment } from '../support/environment';
import { Line, type Model } from './model';

type Job = coresdk.workflow_activation.IWorkflowActivationJob;
type Command = coresdk.workflow_commands.IWorkflowCommand;
type Schedule = coresdk.workflow_commands.IScheduleActivity;
type Workflow = Awaited<ReturnType<ReusableVMWorkflowCreator['createWorkflow']>>;

const RUN_ID = '00000000-0000-0000-0000-000000000001';
const ACTIVITIES = ['discover', 'inspectLock', 'preflight', 'promote', 'watchPair', 'verify'] as const;
const CANCELLED = Symbol('cancelled');
/** The SDK tells dates by the name of their class, and that of a virtual clock has another. */
const RealDate = Date;
const logger = new DefaultLogger('ERROR');
const toPayload = (value: unknown) => defaultPayloadConverter.toPayload(value);
const toFailure = (error: unknown) => defaultFailureConverter.errorToFailure(error, defaultPayloadConverter);

let creator: ReusableVMWorkflowCreator | undefined;

/** From the prebuilt bundle: the very code that a worker runs. */
export async function loadWorkflows(): Promise<void> {
  const bundle = parseWorkflowCode(readFileSync(testEnvironment.workflowBundle(), 'utf8'));
  creator = await ReusableVMWorkflowCreator.create(bundle, 10_000, new Set(ACTIVITIES));
}

export interface Ended {
  report: SwitchbackReport | undefined;
  /** Of a run that failed: its code, or `CANCELLED`. */
  code: string | undefined;
}

/** One attempt of an activity in a worker that may die. */
interface Attempt {
  die(): void;
}

/**
 * A run of the real workflow code and the real activities, without a server: this class does what the server and the
 * SDK's core do (activities with their retries and time-outs, timers, updates, one child), on jest's virtual clock.
 */
export class Run {
  ended: Ended | undefined;
  /** Called whenever something may have changed. */
  onStep: () => void = () => undefined;
  readonly #jobs: Job[] = [];
  /** All that was activated, to be replayed after the death of a worker. */
  readonly #past: { activation: coresdk.workflow_activation.IWorkflowActivation; commands: string }[] = [];
  readonly #attempts = new Set<Attempt>();
  readonly #activities = new Map<number, { cancel(): void }>();
  readonly #timers = new Map<number, NodeJS.Timeout>();
  readonly #answers = new Map<string, (answer: string) => void>();
  #updates = 0;
  #isReplayDue = false;

  private constructor(
    private workflow: Workflow,
    private readonly model: Model,
    private readonly policy: ApprovalPolicy,
  ) {}

  static async start(model: Model, input: unknown, policy: ApprovalPolicy): Promise<Run> {
    const run = new Run(await newInstance(), model, policy);
    run.#jobs.push({
      initializeWorkflow: {
        workflowId: 'w',
        workflowType: WORKFLOW_TYPE,
        arguments: toPayloads(defaultPayloadConverter, input) ?? [],
        randomnessSeed: Long.fromNumber(1),
        attempt: 1,
        startTime: msToTs(Date.now()),
      },
    });
    return run;
  }

  /** Lets `forMs` of virtual time pass, or less if the run ends. */
  async go(forMs: number): Promise<void> {
    const until = Date.now() + forMs;
    let alarm = false;
    const timer = setTimeout(() => {
      alarm = true;
    }, forMs);
    while (this.ended === undefined && !alarm && Date.now() <= until) {
      await turn();
      this.onStep();
      if (this.#jobs.length > 0) await this.#activate();
      else jest.advanceTimersToNextTimer();
    }
    clearTimeout(timer);
  }

  cancel(): void {
    this.#jobs.push({ cancelWorkflow: {} });
  }

  /** The answer, or the reason of the refusal. */
  update(name: string, input: unknown): Promise<string> {
    this.#updates += 1;
    const id = `u${this.#updates}`;
    const arguments_ = toPayloads(defaultPayloadConverter, input) ?? [];
    this.#jobs.push({
      doUpdate: {
        id,
        protocolInstanceId: id,
        name,
        input: arguments_,
        meta: { updateId: id },
        runValidator: true,
      },
    });
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  async status(): Promise<SwitchbackStatus> {
    const job = { queryWorkflow: { queryId: 'q', queryType: 'status', arguments: [] } };
    const { successful } = await this.workflow.activate(
      coresdk.workflow_activation.WorkflowActivation.fromObject(this.#activation([job])),
    );
    const answer = successful?.commands?.[0]?.respondToQuery?.succeeded?.response;
    if (!answer) throw new Error(`no answer to the query: ${JSON.stringify(successful)}`);
    return defaultPayloadConverter.fromPayload(answer);
  }

  /** Every attempt that is under way ends without a word, and the next worker replays the history. */
  killWorker(): void {
    for (const attempt of this.#attempts) attempt.die();
    this.#isReplayDue = true;
  }

  async close(): Promise<void> {
    for (const attempt of this.#attempts) attempt.die();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await turn();
    await this.workflow.dispose();
  }

  #activation(jobs: Job[]): coresdk.workflow_activation.IWorkflowActivation {
    const timestamp = msToTs(Date.now());
    const historySizeBytes = Long.ZERO;
    return { runId: RUN_ID, timestamp, isReplaying: false, historyLength: 3, historySizeBytes, jobs };
  }

  async #activate(): Promise<void> {
    if (this.#isReplayDue) await this.#replay();
    const activation = this.#activation(this.#jobs.splice(0));
    const { successful, failed } = await this.workflow.activate(activation);
    if (!successful) throw new Error(`the workflow task failed: ${JSON.stringify(failed?.failure)}`);
    const { commands = [], usedInternalFlags = [] } = successful;
    const refused = (commands ?? []).flatMap(({ updateResponse }) =>
      updateResponse?.rejected ? [updateResponse.protocolInstanceId] : [],
    );
    const jobs = activation.jobs?.filter((job) => !refused.includes(job.doUpdate?.id)) ?? [];
    const availableInternalFlags = usedInternalFlags ?? [];
    if (jobs.length > 0) {
      this.#past.push({
        activation: { ...activation, jobs, availableInternalFlags, isReplaying: true },
        commands: essenceOf(commands ?? [], refused),
      });
    }
    for (const command of commands ?? []) this.#obey(command);
  }

  async #replay(): Promise<void> {
    this.#isReplayDue = false;
    await this.workflow.dispose();
    this.workflow = await newInstance();
    for (const { activation, commands } of this.#past) {
      for (const job of activation.jobs ?? []) if (job.doUpdate) job.doUpdate.runValidator = false;
      const { successful, failed } = await this.workflow.activate(activation);
      const again = successful ? essenceOf(successful.commands ?? [], []) : JSON.stringify(failed);
      if (again !== commands) throw new Error(`replay went another way: ${again} instead of ${commands}`);
    }
  }

  #obey(command: Command): void {
    const { startTimer, cancelTimer, scheduleActivity, requestCancelActivity, updateResponse } = command;
    if (startTimer) {
      const seq = startTimer.seq ?? 0;
      const fire = () => this.#jobs.push({ fireTimer: { seq } });
      this.#timers.set(seq, setTimeout(fire, tsToMs(startTimer.startToFireTimeout)));
    }
    if (cancelTimer) clearTimeout(this.#timers.get(cancelTimer.seq ?? 0));
    if (scheduleActivity) void this.#perform(scheduleActivity);
    if (requestCancelActivity) this.#activities.get(requestCancelActivity.seq ?? 0)?.cancel();
    if (command.startChildWorkflowExecution) {
      const seq = command.startChildWorkflowExecution.seq ?? 0;
      this.#jobs.push({ resolveChildWorkflowExecutionStart: { seq, succeeded: { runId: 'lock' } } });
    }
    if (updateResponse?.rejected || updateResponse?.completed) {
      const { rejected, completed, protocolInstanceId } = updateResponse;
      const answer = rejected
        ? rejected.message
        : JSON.stringify(defaultPayloadConverter.fromPayload(completed ?? {}));
      this.#answers.get(protocolInstanceId ?? '')?.(answer ?? '');
    }
    const { completeWorkflowExecution: completed, failWorkflowExecution: failed } = command;
    if (completed?.result) this.#end(undefined, completed.result);
    if (failed)
      this.#end(
        failed.failure?.applicationFailureInfo?.type ?? '?',
        failed.failure?.applicationFailureInfo?.details?.payloads?.[0],
      );
    if (command.cancelWorkflowExecution) this.#end('CANCELLED', undefined);
  }

  #end(code: string | undefined, report: temporal.api.common.v1.IPayload | null | undefined): void {
    this.ended = { code, report: report ? defaultPayloadConverter.fromPayload(report) : undefined };
  }

  /** One activity with all its attempts. */
  async #perform(schedule: Schedule): Promise<void> {
    const seq = schedule.seq ?? 0;
    const name = schedule.activityType as (typeof ACTIVITIES)[number];
    const input = defaultPayloadConverter.fromPayload(schedule.arguments?.[0] ?? {});
    const resolve = (result: coresdk.activity_result.IActivityResolution) => {
      if (this.#activities.delete(seq)) this.#jobs.push({ resolveActivity: { seq, result } });
    };
    const wrap = (error: unknown) => ({
      failure: {
        message: 'Activity task failed',
        cause: toFailure(error),
        activityFailureInfo: { activityType: { name }, activityId: schedule.activityId ?? '' },
      },
    });
    let stop: () => void = () => undefined;
    const cancelled = new Promise<typeof CANCELLED>((done) => {
      stop = () => done(CANCELLED);
    });
    let environment: MockActivityEnvironment | undefined;
    const waits =
      schedule.cancellationType ===
      coresdk.workflow_commands.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;
    this.#activities.set(seq, {
      cancel: () => {
        environment?.cancel('CANCELLED');
        if (waits) return;
        resolve({ cancelled: wrap(new CancelledFailure('cancelled')) });
        stop();
      },
    });
    let heartbeatDetails: unknown;
    for (let attempt = 1; this.#activities.has(seq); attempt += 1) {
      const line = new Line(this.model);
      const aiven = new AivenClient({ token: 'token', dispatcher: line });
      environment = new MockActivityEnvironment({ attempt, heartbeatDetails }, { logger });
      const at = environment;
      let dead = false;
      let timeOut: NodeJS.Timeout | undefined;
      let isLost: (error: unknown) => void = () => undefined;
      const lost = new Promise<never>((_, reject) => {
        isLost = reject;
      });
      at.on('heartbeat', (details) => {
        if (!dead) heartbeatDetails = structuredClone(details);
      });
      const endsBy = (ts: Schedule['heartbeatTimeout'], kind: 'HEARTBEAT' | 'START_TO_CLOSE') => {
        timeOut = setTimeout(
          () => isLost(new TimeoutFailure(`activity ${kind} timeout`, undefined, kind)),
          tsToMs(ts),
        );
      };
      endsBy(schedule.startToCloseTimeout, 'START_TO_CLOSE');
      const me: Attempt = {
        die: () => {
          dead = true;
          line.kill();
          at.cancel('WORKER_SHUTDOWN');
          if (!schedule.heartbeatTimeout) return;
          clearTimeout(timeOut);
          endsBy(schedule.heartbeatTimeout, 'HEARTBEAT');
        },
      };
      this.#attempts.add(me);
      const activity = createActivities({ aiven, policy: this.policy })[name] as (
        input: unknown,
      ) => Promise<unknown>;
      const worked = at.run(activity, input);
      const alive = worked.then(
        (result) => (dead ? lost : result),
        (error) => (dead ? lost : Promise.reject(error)),
      );
      try {
        const result = await Promise.race([alive, lost, cancelled]);
        if (result !== CANCELLED) resolve({ completed: { result: toPayload(result) } });
        return;
      } catch (error) {
        if (error instanceof CancelledFailure) return resolve({ cancelled: wrap(error) });
        const { retryPolicy } = schedule;
        const last = retryPolicy?.maximumAttempts || Number.POSITIVE_INFINITY;
        const isFinal = error instanceof ApplicationFailure && error.nonRetryable;
        if (isFinal || attempt >= last) return resolve({ failed: wrap(error) });
        const asked = error instanceof ApplicationFailure ? error.nextRetryDelay : undefined;
        const backoff =
          tsToMs(retryPolicy?.initialInterval) * (retryPolicy?.backoffCoefficient ?? 2) ** (attempt - 1);
        const pause = Math.min(
          Number(asked ?? backoff),
          asked ? Number.POSITIVE_INFINITY : tsToMs(retryPolicy?.maximumInterval),
        );
        await Promise.race([new Promise((done) => setTimeout(done, pause)), cancelled]);
      } finally {
        clearTimeout(timeOut);
        this.#attempts.delete(me);
      }
    }
  }
}

async function newInstance(): Promise<Workflow> {
  if (creator === undefined) throw new Error('the workflows are not loaded');
  const now = Date.now();
  const info = {
    workflowId: 'w',
    runId: RUN_ID,
    workflowType: WORKFLOW_TYPE,
    taskQueue: 'q',
    namespace: 'default',
    firstExecutionRunId: RUN_ID,
    attempt: 1,
    startTime: new RealDate(now),
    runStartTime: new RealDate(now),
    searchAttributes: {},
    historyLength: 3,
    unsafe: { isReplaying: false, isReplayingHistoryEvents: false, now: Date.now },
  };
  return creator.createWorkflow({
    info: info as never,
    randomnessSeed: Long.fromNumber(1).toBytes(),
    now,
    showStackTraceSources: false,
  });
}

/** What the server compares on a replay: kinds and order. */
function essenceOf(commands: Command[], refused: unknown[]): string {
  return commands
    .filter(({ updateResponse }) => !refused.includes(updateResponse?.protocolInstanceId ?? ''))
    .map((command) => Object.keys(command).filter((key) => key !== 'userMetadata'))
    .join();
}

/** Lets everything happen that needs no time to pass. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
