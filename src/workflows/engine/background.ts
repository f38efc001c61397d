import { CancellationScope, isCancellation } from '@temporalio/workflow';

/** An activity that goes on while the workflow waits for it and for other things at once. */
export class Background<Result> {
  result: Result | undefined;
  /** It only fails for a reason that no retry mends; it is thrown where the workflow waits. */
  failure: unknown;
  readonly #scope = new CancellationScope();
  readonly #over: Promise<void>;

  constructor(work: () => Promise<Result>) {
    this.#over = this.#run(work);
  }

  get ended(): boolean {
    return this.result !== undefined || this.failure !== undefined;
  }

  stop(): void {
    this.#scope.cancel();
  }

  /** Stops it and waits for what it has to say. */
  async end(): Promise<Result | undefined> {
    this.stop();
    await this.#over;
    return this.result;
  }

  async #run(work: () => Promise<Result>): Promise<void> {
    try {
      this.result = await this.#scope.run(work);
    } catch (error) {
      if (!isCancellation(error)) this.failure = error;
    }
  }
}

const LONGEST_SILENCE_MS = 2 * 60 * 60_000;

/**
 * What waits for long says how it goes after 5 s, and then ever less often, so that a month of it fits into a history. What
 * ends the waiting is said at once, and Temporal's UI shows the newest look all the time.
 */
export function reportAfterMs(reportsSoFar: number): number {
  return Math.min(5_000 * 2 ** reportsSoFar, LONGEST_SILENCE_MS);
}
