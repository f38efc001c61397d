import {
  ApplicationFailure,
  CancelledFailure,
  defaultFailureConverter,
  defaultPayloadConverter,
  TimeoutFailure,
} from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time';
import { coresdk } from '@temporalio/proto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createActivities } from '../../src/activities';
import type { PromotionRecord } from '../../src/activities/promotion-record';
import { AivenClient } from '../../src/aiven';
import type { SwitchbackActivities, WorkerPolicy } from '../../src/contract/activities';
import type { PromoteProgress } from '../../src/contract/write';
import { Databases } from '../../src/postgres';
import { ANYBODY } from '../activities/stage';
import { Line, type Model } from './model';

type Schedule = coresdk.workflow_commands.IScheduleActivity;
type Resolution = coresdk.activity_result.IActivityResolution;

const { WAIT_CANCELLATION_COMPLETED } = coresdk.workflow_commands.ActivityCancellationType;
const logger = new DefaultLogger('ERROR');

/** One activity with all its attempts, each in a worker that may die; what the server and the SDK's core see to. */
export class PerformedActivity {
  #isOver = false;
  #heartbeatDetails: unknown;
  #attempt: Attempt | undefined;

  constructor(
    private readonly schedule: Schedule,
    private readonly model: Model,
    private readonly policy: WorkerPolicy,
    private readonly resolve: (result: Resolution) => void,
  ) {
    void this.#perform();
  }

  cancel(): void {
    this.#attempt?.environment.cancel('CANCELLED');
    if (this.schedule.cancellationType === WAIT_CANCELLATION_COMPLETED) return;
    this.#end({ cancelled: this.#failure(new CancelledFailure('cancelled')) });
  }

  /** The worker that has the present attempt ends without a word. */
  die(): void {
    this.#attempt?.die(this.schedule.heartbeatTimeout);
  }

  async #perform(): Promise<void> {
    const [argument] = this.schedule.arguments ?? [];
    const input = argument && defaultPayloadConverter.fromPayload(argument);
    const { maximumAttempts } = this.schedule.retryPolicy ?? {};
    for (let attempt = 1; !this.#isOver; attempt += 1) {
      const heartbeatDetails = this.#heartbeatDetails;
      const environment = new MockActivityEnvironment({ attempt, heartbeatDetails }, { logger });
      this.#attempt = new Attempt(environment, new Line(this.model), (details) => {
        this.#heartbeatDetails = details;
      });
      try {
        const name = this.schedule.activityType as keyof SwitchbackActivities;
        const result = await this.#attempt.run(name, input, this.policy, this.schedule.startToCloseTimeout);
        return this.#end({ completed: { result: defaultPayloadConverter.toPayload(result) } });
      } catch (error) {
        if (error instanceof CancelledFailure) return this.#end({ cancelled: this.#failure(error) });
        const isFinal = error instanceof ApplicationFailure && error.nonRetryable;
        if (isFinal || attempt === maximumAttempts) return this.#end({ failed: this.#failure(error) });
        await new Promise((done) => setTimeout(done, this.#pauseAfter(attempt, error)));
      }
    }
  }

  #pauseAfter(attempt: number, error: unknown): number {
    if (error instanceof ApplicationFailure && error.nextRetryDelay !== undefined) {
      return Number(error.nextRetryDelay);
    }
    const { initialInterval, maximumInterval, backoffCoefficient } = this.schedule.retryPolicy ?? {};
    const backoff = tsToMs(initialInterval) * (backoffCoefficient ?? 2) ** (attempt - 1);
    return Math.min(backoff, tsToMs(maximumInterval));
  }

  #end(result: Resolution): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.resolve(result);
  }

  #failure(error: unknown) {
    const { activityType, activityId } = this.schedule;
    const cause = defaultFailureConverter.errorToFailure(error, defaultPayloadConverter);
    const activityFailureInfo = { activityType: { name: activityType ?? '' }, activityId: activityId ?? '' };
    return { failure: { message: 'Activity task failed', cause, activityFailureInfo } };
  }
}

class Attempt {
  #isDead = false;
  #progress: PromoteProgress | undefined;
  #timeOut: NodeJS.Timeout | undefined;
  #isLost: (error: unknown) => void = () => undefined;
  readonly #lost = new Promise<never>((_, reject) => {
    this.#isLost = reject;
  });

  constructor(
    readonly environment: MockActivityEnvironment,
    private readonly line: Line,
    onHeartbeat: (details: unknown) => void,
  ) {
    environment.on('heartbeat', (details) => {
      if (!this.#isDead) onHeartbeat(structuredClone(details));
    });
  }

  /** What a dead worker found out is never heard of; a time-out tells instead. */
  async run(
    name: keyof SwitchbackActivities,
    input: unknown,
    policy: WorkerPolicy,
    timeout: Schedule['startToCloseTimeout'],
  ): Promise<unknown> {
    const aiven = new AivenClient({ token: 'token', dispatcher: this.line });
    const activity = createActivities({
      aiven,
      policy,
      databases: new Databases(),
      evidence: undefined,
      guard: ANYBODY,
      promotionRecord: () => this.#beginRecord(),
    })[name] as (input: unknown) => Promise<unknown>;
    this.#endIn(timeout, 'START_TO_CLOSE');
    const heard = this.environment.run(activity, input).then(
      (result) => (this.#isDead ? this.#lost : result),
      (error) => (this.#isDead ? this.#lost : Promise.reject(error)),
    );
    try {
      return await Promise.race([heard, this.#lost]);
    } finally {
      clearTimeout(this.#timeOut);
    }
  }

  /** Temporal takes down what a living worker tells of its attempt. */
  async #beginRecord(): Promise<PromotionRecord> {
    this.#progress = { stage: 'reading' };
    return {
      aboutToSend: async () => {
        if (this.#isDead) throw new Error('Temporal has given this attempt up');
        this.#progress = { stage: 'sending' };
      },
      end: () => {},
    };
  }

  die(heartbeatTimeout: Schedule['heartbeatTimeout']): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.line.kill();
    this.environment.cancel('WORKER_SHUTDOWN');
    if (heartbeatTimeout) this.#endIn(heartbeatTimeout, 'HEARTBEAT');
  }

  #endIn(timeout: Schedule['heartbeatTimeout'], kind: 'HEARTBEAT' | 'START_TO_CLOSE'): void {
    clearTimeout(this.#timeOut);
    const lost = () => this.#isLost(new TimeoutFailure(`activity ${kind} timeout`, this.#progress, kind));
    this.#timeOut = setTimeout(lost, tsToMs(timeout));
  }
}
