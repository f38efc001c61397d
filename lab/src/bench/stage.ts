import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { type ProcedureInput, SwitchbackClient } from '../../../dist/client';
import { attributeTypes } from '../../../dist/contract/search-attributes';
import { type DevServer, findTemporalCli, startDevServer } from '../../../dist/dev-server';
import { connectToTemporal } from '../../../dist/util/temporal-connection';
import { type Lab, type LabOptions, startLab } from '../lab';
import { BARE_TYPE } from './bare/contract';
import { Program } from './processes';

export const ROOT = join(__dirname, '../../..');
const WORKER = join(ROOT, 'dist', 'worker.js');
const BARE_WORKER = join(__dirname, 'bare', 'worker.js');
const READY = /worker on task queue/;

/** A lab without PostgreSQL, and what speaks to the product's worker in front of it. */
export interface Scene {
  lab: Lab;
  client: SwitchbackClient;
  taskQueue: string;
  /** What a worker and a command need to know. */
  env: Record<string, string>;
}

/** The Temporal server that all figures share, and what one of them starts; that ends with the figure. */
export class Stage {
  readonly #undo: (() => unknown)[] = [];

  private constructor(
    readonly server: DevServer,
    readonly temporal: Client,
    private readonly folder: string,
  ) {}

  static async open(say: (text: string) => void): Promise<Stage> {
    const { path: cliPath } = await findTemporalCli({ log: say });
    const server = await startDevServer({ cliPath, searchAttributes: attributeTypes });
    const connection = await connectToTemporal({ address: server.address });
    return new Stage(server, new Client({ connection }), mkdtempSync(join(tmpdir(), 'switchback-bench-')));
  }

  async scene(options: LabOptions = {}): Promise<Scene> {
    const project = `bench-${randomUUID().slice(0, 8)}`;
    const lab = await startLab({ backing: 'memory', project, ...options });
    this.#undo.push(() => lab.close());
    const env = {
      TEMPORAL_ADDRESS: this.server.address,
      AIVEN_WEB_URL: lab.baseUrl,
      AIVEN_TOKEN: lab.token,
      SWITCHBACK_TASK_QUEUE: project,
      SWITCHBACK_EVIDENCE: join(this.folder, 'evidence'),
      SWITCHBACK_LOG_LEVEL: 'info',
    };
    return { lab, env, taskQueue: project, client: new SwitchbackClient(this.temporal, project) };
  }

  /** The product's worker as it runs in production: a process of its own. */
  worker({ env }: Scene, more: Record<string, string> = {}): Promise<Program> {
    return this.#start(WORKER, { ...env, ...more });
  }

  /** One that hosts the bare workflows, in front of the same lab. */
  bareWorker({ env }: Scene): Promise<Program> {
    const { SWITCHBACK_TASK_QUEUE: queue } = env;
    return this.#start(BARE_WORKER, { ...env, BARE_TASK_QUEUE: bareQueueOf(String(queue)) });
  }

  /** A folder that goes with the stage. */
  scratch(): string {
    return mkdtempSync(join(this.folder, 'scratch-'));
  }

  /** Runs a bare workflow to its end. */
  bare({ taskQueue }: Scene, args: unknown[], type: keyof typeof BARE_TYPE = 'workflow'): Promise<void> {
    const workflowId = `bare-${randomUUID()}`;
    return this.temporal.workflow.execute(BARE_TYPE[type], {
      workflowId,
      taskQueue: bareQueueOf(taskQueue),
      args,
    });
  }

  async #start(file: string, env: Record<string, string>): Promise<Program> {
    const program = await Program.start(file, env, READY);
    this.#undo.push(() => program.end());
    return program;
  }

  /** Ends what a figure has started, and leaves the server. */
  async clear(): Promise<void> {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) await undo();
  }

  async close(): Promise<void> {
    await this.clear();
    await this.temporal.connection.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Every pair of a lab shares one event log, so that a check finds what happened to the others. */
export const ACKNOWLEDGE = [{ check: 'recent-change', by: 'bench', reason: 'the lab has one event log' }];

/** A run from its start to its report. */
export async function finish({ lab, client }: Scene, service: string, input: Partial<ProcedureInput> = {}) {
  const whole = { project: lab.project, service, acknowledge: ACKNOWLEDGE, settleWindow: '1s', ...input };
  const run = await client.start(whole as ProcedureInput, { workflowId: `bench-${randomUUID()}` });
  await client.result(run.workflowId, run.runId);
  return run;
}

/** @returns milliseconds */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 1_000 ? 3 : 1)} s`;

/** The primary service of the pair with this number. */
export function primaryOf({ lab }: Scene, index: number): string {
  const pair = lab.pairs[index];
  if (pair === undefined) throw new Error(`the lab has no pair ${index}`);
  return pair.primary;
}

function bareQueueOf(taskQueue: string): string {
  return `${taskQueue}-bare`;
}
