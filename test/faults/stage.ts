import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabOptions } from '../../lab/src/lab';
import { loadWorkerConfig } from '../../src/config/worker';
import { createWorker } from '../../src/hosting/worker';
import { testEnvironment } from '../support/environment';
import { Harness } from '../workflows/harness';
import { PatientScene } from './patient-scene';

/** A stage whose worker is configured as in production: its token comes from a file. */
export class FaultStage {
  private constructor(
    readonly harness: Harness,
    readonly tokenFile: string,
    private readonly stop: () => Promise<void>,
  ) {}

  static async open(folder: string, options: LabOptions): Promise<FaultStage> {
    const harness = await Harness.open(options);
    const { lab, taskQueue } = harness;
    const tokenFile = join(folder, taskQueue);
    writeFileSync(tokenFile, lab.token);
    const config = loadWorkerConfig({
      AIVEN_WEB_URL: lab.baseUrl,
      AIVEN_TOKEN_FILE: tokenFile,
      SWITCHBACK_TASK_QUEUE: taskQueue,
    });
    const address = testEnvironment.temporalAddress();
    const temporal = { address, namespace: 'default', connectionOptions: { address }, summary: address };
    const worker = await createWorker(config, temporal, testEnvironment.workflowBundle());
    const stop = new AbortController();
    const done = worker.run(stop.signal);
    return new FaultStage(harness, tokenFile, async () => {
      stop.abort();
      await done;
    });
  }

  async close(): Promise<void> {
    await this.stop();
    await this.harness.close();
  }
}

export class FaultScene extends PatientScene {
  /** What AIVEN_TOKEN_FILE names. */
  readonly tokenFile: string;

  constructor({ harness, tokenFile }: FaultStage) {
    super(harness);
    this.tokenFile = tokenFile;
  }
}
