import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { WatchInput, WatchResult } from '../contract/activities';
import { watch } from './steps';

/** One stretch of watching both services: started here, ended by its result or by {@link stop}. */
export class Watch {
  result: WatchResult | undefined;
  /** A watch only fails for a reason that no retry mends; it is thrown where the workflow waits. */
  failure: unknown;
  readonly #scope = new CancellationScope();

  constructor(input: WatchInput, summary: string) {
    void this.#run(input, summary);
  }

  get ended(): boolean {
    return this.result !== undefined || this.failure !== undefined;
  }

  stop(): void {
    this.#scope.cancel();
  }

  async #run(input: WatchInput, summary: string): Promise<void> {
    try {
      this.result = await this.#scope.run(() => watch(summary).watchPair(input));
    } catch (error) {
      if (!isCancellation(error)) this.failure = error;
    }
  }
}
