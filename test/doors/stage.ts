import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Lab, type LabOptions, type LabPair, startLab } from '../../lab/src/lab';
import { loadTemporalConfig } from '../../src/config/temporal';
import { loadWorkerConfig } from '../../src/config/worker';
import { createWorker } from '../../src/hosting/worker';
import { testEnvironment } from '../support/environment';
import { quieten, RunningWorker } from '../workflows/harness';
import type { Env } from './programs';
import { until } from './until';

/** The run's Temporal server, with a lab, a worker in this process and a task queue that no other test file uses. */
export interface Stage {
  lab: Lab;
  project: string;
  address: string;
  taskQueue: string;
  /** What a command needs to speak to all of it. */
  env: Env;
  /** A pair that no other test has touched. */
  freshPair(): LabPair;
  /** With more in its environment. */
  startWorker(more?: Env): Promise<RunningWorker>;
  worker: RunningWorker;
}

export function useStage(options: LabOptions): () => Stage {
  const workers: RunningWorker[] = [];
  let stage: Stage | undefined;
  let next = 0;

  beforeAll(async () => {
    const id = randomUUID().slice(0, 8);
    const lab = await startLab({ backing: 'memory', transitionMs: 200, project: `doors-${id}`, ...options });
    const address = testEnvironment.temporalAddress();
    const taskQueue = `doors-${id}`;
    const env = {
      TEMPORAL_ADDRESS: address,
      SWITCHBACK_TASK_QUEUE: taskQueue,
      AIVEN_WEB_URL: lab.baseUrl,
      AIVEN_TOKEN: lab.token,
    };
    const startWorker = async (more: Env = {}) => {
      quieten();
      const evidence = join(testEnvironment.records(), 'evidence');
      const config = loadWorkerConfig({ SWITCHBACK_EVIDENCE: evidence, ...env, ...more });
      const hosted = await createWorker(config, loadTemporalConfig(env), testEnvironment.workflowBundle());
      const worker = new RunningWorker(hosted);
      workers.push(worker);
      return worker;
    };
    const freshPair = () => {
      const pair = lab.pairs[next++];
      if (!pair) throw new Error('the lab has no more pairs');
      return pair;
    };
    const { project } = lab;
    stage = {
      lab,
      project,
      address,
      taskQueue,
      env,
      freshPair,
      startWorker,
      worker: await startWorker(),
    };
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await stage?.lab.close();
  });
  return () => {
    if (stage === undefined) throw new Error('the stage is not set');
    return stage;
  };
}

/** Lets a pair that is stuck in its role change get to the end of it. */
export async function letGo(pair: LabPair): Promise<void> {
  await until('the promotion is written', () => writesTo(pair).length > 0);
  await pair.settled();
  pair.set('primary', { state: 'RUNNING' });
}

export function writesTo(pair: LabPair) {
  return pair.requests().filter(({ method }) => method === 'PUT');
}
