import type { LabOptions } from '../../lab/src/lab';
import { built } from '../doors/build';
import { type Env, Program } from '../doors/programs';
import { testEnvironment } from '../support/environment';
import { Harness } from '../workflows/harness';

/** A stage whose workers are processes of dist/, as they are shipped: they can be killed. */
export class ProcessStage {
  readonly #programs: Program[] = [];

  private constructor(readonly harness: Harness) {}

  static async open(options: LabOptions): Promise<ProcessStage> {
    return new ProcessStage(await Harness.open(options));
  }

  /** Resolves when the worker polls. */
  async startWorker(env: Env = {}): Promise<Program> {
    const { lab, taskQueue } = this.harness;
    const program = new Program(built('worker'), [], {
      TEMPORAL_ADDRESS: testEnvironment.temporalAddress(),
      SWITCHBACK_TASK_QUEUE: taskQueue,
      AIVEN_WEB_URL: lab.baseUrl,
      AIVEN_TOKEN: lab.token,
      SWITCHBACK_LOG_LEVEL: 'info',
      ...env,
    });
    this.#programs.push(program);
    await program.prints(/worker on task queue/);
    return program;
  }

  async close(): Promise<void> {
    await this.harness.close();
    // Nothing of a test needs the time to finish.
    await Promise.all(
      this.#programs.filter(({ hasEnded }) => !hasEnded).map((program) => program.kill('SIGKILL')),
    );
  }
}
