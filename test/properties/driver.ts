import { readFileSync } from 'node:fs';
import { defaultPayloadConverter } from '@temporalio/common';
import { toPayloads } from '@temporalio/common/lib/converter/payload-converter';
import { msToTs, tsToMs } from '@temporalio/common/lib/time';
import { coresdk, type temporal } from '@temporalio/proto';
import { parseWorkflowCode } from '@temporalio/worker/lib/worker';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm';
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared';
import type { WorkerPolicy } from '../../src/contract/activities';
import type { SwitchbackReport } from '../../src/contract/report';
import type { SwitchbackStatus } from '../../src/contract/status';
import { WORKFLOW_TYPE } from '../../src/contract/workflow-id';
import { testEnvironment } from '../support/environment';
import type { Model } from './model';
import { PerformedActivity } from './performed-activity';

type Job = coresdk.workflow_activation.IWorkflowActivationJob;
type Command = coresdk.workflow_commands.IWorkflowCommand;
type Workflow = Awaited<ReturnType<ReusableVMWorkflowCreator['createWorkflow']>>;

const RUN_ID = '00000000-0000-0000-0000-000000000001';
const ACTIVITIES = [
  'terms',
  'discover',
  'inspectLock',
  'preflight',
  'promote',
  'watchPair',
  'verify',
] as const;
const { randomnessSeed: SEED } = coresdk.workflow_activation.InitializeWorkflow.fromObject({
  randomnessSeed: 1,
});
/** The SDK tells dates by the name of their class, and that of a virtual clock has another. */
const RealDate = Date;

let creator: ReusableVMWorkflowCreator | undefined;

/** From the prebuilt bundle: the very code that a worker runs. */
export async function loadWorkflows(): Promise<void> {
  const bundle = parseWorkflowCode(readFileSync(testEnvironment.workflowBundle(), 'utf8'));
  creator = await ReusableVMWorkflowCreator.create(bundle, 10_000, new Set(ACTIVITIES));
  // Every promise in a workflow remembers where it was made: nobody asks, and it takes half of the time.
  globalHandlers.uninstall();
}

export interface Ended {
  report: SwitchbackReport | undefined;
  /** Of a run that failed: its code, or `CANCELLED`. */
  code: string | undefined;
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
  readonly #activities = new Map<number, PerformedActivity>();
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #updates = 0;
  #isReplayDue = false;

  private constructor(
    private workflow: Workflow,
    private readonly model: Model,
    private readonly policy: WorkerPolicy,
  ) {}

  static async start(model: Model, input: unknown, policy: WorkerPolicy): Promise<Run> {
    const run = new Run(await newInstance(), model, policy);
    run.#jobs.push({
      initializeWorkflow: {
        workflowId: 'w',
        workflowType: WORKFLOW_TYPE,
        arguments: toPayloads(defaultPayloadConverter, input) ?? [],
        randomnessSeed: SEED,
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

  /** What came of it is seen in the status and in the report. */
  update(name: string, payload: unknown): void {
    this.#updates += 1;
    const id = `u${this.#updates}`;
    const input = toPayloads(defaultPayloadConverter, payload) ?? [];
    const meta = { updateId: id };
    this.#jobs.push({ doUpdate: { id, protocolInstanceId: id, name, input, meta, runValidator: true } });
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
    for (const activity of this.#activities.values()) activity.die();
    this.#isReplayDue = true;
  }

  async close(): Promise<void> {
    for (const activity of this.#activities.values()) activity.die();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await turn();
    await this.workflow.dispose();
  }

  #activation(jobs: Job[]): coresdk.workflow_activation.IWorkflowActivation {
    const timestamp = msToTs(Date.now());
    return { runId: RUN_ID, timestamp, isReplaying: false, historyLength: 3, jobs };
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
    const { startTimer, cancelTimer, scheduleActivity, scheduleLocalActivity, requestCancelActivity } =
      command;
    const scheduled = scheduleActivity ?? scheduleLocalActivity;
    if (startTimer) {
      const seq = startTimer.seq ?? 0;
      const fire = () => this.#jobs.push({ fireTimer: { seq } });
      this.#timers.set(seq, setTimeout(fire, tsToMs(startTimer.startToFireTimeout)));
    }
    if (cancelTimer) clearTimeout(this.#timers.get(cancelTimer.seq ?? 0));
    if (scheduled) {
      const seq = scheduled.seq ?? 0;
      const isLocal = scheduled === scheduleLocalActivity;
      const resolve = (result: coresdk.activity_result.IActivityResolution) => {
        this.#activities.delete(seq);
        this.#jobs.push({ resolveActivity: { seq, result, isLocal } });
      };
      this.#activities.set(seq, new PerformedActivity(scheduled, this.model, this.policy, resolve));
    }
    if (requestCancelActivity) this.#activities.get(requestCancelActivity.seq ?? 0)?.cancel();
    if (command.startChildWorkflowExecution) {
      const seq = command.startChildWorkflowExecution.seq ?? 0;
      this.#jobs.push({ resolveChildWorkflowExecutionStart: { seq, succeeded: { runId: 'lock' } } });
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
    randomnessSeed: SEED.toBytes(),
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
