import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/** A point in time that a wait can look at. It lives until it passes or is cancelled. */
export class Deadline {
  /** ISO 8601. */
  readonly at: string;
  passed = false;
  readonly #scope = new CancellationScope();

  constructor(ms: number, summary: string) {
    this.at = new Date(Date.now() + ms).toISOString();
    void this.#run(ms, summary);
  }

  cancel(): void {
    this.#scope.cancel();
  }

  async #run(ms: number, summary: string): Promise<void> {
    try {
      await this.#scope.run(() => sleep(ms, { summary }));
      this.passed = true;
    } catch (error) {
      if (!isCancellation(error)) throw error;
    }
  }
}
