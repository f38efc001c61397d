import { randomUUID } from 'node:crypto';
import { type Lab, startLab } from '../../lab/src/lab';
import { SwitchbackClient } from '../../src/client';
import { freePorts } from '../../src/dev-server/ports';
import { built } from '../doors/build';
import { type Ended, type Env, Program } from '../doors/programs';
import { testEnvironment } from '../support/environment';

export interface LogLine {
  level: number;
  msg: string;
  workflowId?: string;
  runId?: string;
  phase?: string;
  [field: string]: unknown;
}

/** A worker process, and how it is looked at from outside. */
export class ObservedWorker {
  private constructor(
    readonly program: Program,
    private readonly metricsUrl: string,
    private readonly healthUrl: string,
  ) {}

  static async start(env: Env): Promise<ObservedWorker> {
    for (;;) {
      const worker = ObservedWorker.#begin(env, await freePorts(2, '127.0.0.1'));
      const found = await worker.program.prints(/worker on task queue|something else listens there/);
      if (found[0] === 'worker on task queue') return worker;
      // Somebody was quicker to take a port that had been free.
      await worker.program.ended;
    }
  }

  static #begin(env: Env, [metricsPort, healthPort]: number[]): ObservedWorker {
    const program = new Program(built('worker'), [], {
      SWITCHBACK_EVIDENCE: 'off',
      SWITCHBACK_LOG_LEVEL: 'debug',
      // A name, not an address: that is what people write.
      SWITCHBACK_METRICS_ADDRESS: `localhost:${metricsPort}`,
      SWITCHBACK_HEALTH_ADDRESS: `127.0.0.1:${healthPort}`,
      ...env,
    });
    return new ObservedWorker(
      program,
      `http://localhost:${metricsPort}/metrics`,
      `http://127.0.0.1:${healthPort}`,
    );
  }

  async scrape(): Promise<string> {
    return (await fetch(this.metricsUrl)).text();
  }

  async health(path: string, init?: RequestInit): Promise<{ status: number; body: Health }> {
    const response = await fetch(this.healthUrl + path, init);
    return { status: response.status, body: (await response.json()) as Health };
  }

  /** What was logged so far; complete once the worker has ended. */
  log(): LogLine[] {
    const lines = this.program.stdout.split('\n').filter((line) => line.endsWith('}'));
    return lines.map((line) => JSON.parse(line) as LogLine);
  }

  /** As an orchestrator does; answers also how long that took, in milliseconds. */
  async stop(): Promise<Ended & { tookMs: number }> {
    const began = performance.now();
    const ended = await this.program.kill('SIGTERM');
    return { ...ended, tookMs: performance.now() - began };
  }
}

interface Health {
  ok?: boolean;
  worker?: string;
  ready?: boolean;
  checks?: { name: string; ok: boolean; detail: string; remedy?: string }[];
}

/** A lab, and worker processes for it on a task queue of their own. */
export class Stage {
  readonly #workers: ObservedWorker[] = [];
  readonly #clients: SwitchbackClient[] = [];

  private constructor(
    readonly lab: Lab,
    readonly client: SwitchbackClient,
    private readonly address: string,
    private readonly env: Env,
  ) {}

  static async open(address = testEnvironment.temporalAddress()): Promise<Stage> {
    const project = `observed-${randomUUID().slice(0, 8)}`;
    const lab = await startLab({ project, backing: 'memory', transitionMs: 200, pairs: 4 });
    const client = await SwitchbackClient.connect({ address, taskQueue: project });
    return new Stage(lab, client, address, {
      TEMPORAL_ADDRESS: address,
      AIVEN_WEB_URL: lab.baseUrl,
      AIVEN_TOKEN: lab.token,
      SWITCHBACK_TASK_QUEUE: project,
    });
  }

  /** @param more of the worker's environment; what is an empty text counts as not set. */
  async startWorker(more: Env = {}): Promise<ObservedWorker> {
    const worker = await ObservedWorker.start({ ...this.env, ...more });
    this.#workers.push(worker);
    return worker;
  }

  /** A client for a worker that listens elsewhere. */
  async clientOn(taskQueue: string): Promise<SwitchbackClient> {
    const client = await SwitchbackClient.connect({ address: this.address, taskQueue });
    this.#clients.push(client);
    return client;
  }

  /** The input of a run on a pair of the lab. */
  input(pair: number, more: Record<string, unknown> = {}) {
    const service = this.lab.pairs[pair]?.primary;
    if (service === undefined) throw new Error(`the lab has no pair ${pair}`);
    return { project: this.lab.project, service, settleWindow: '0s', quietWindow: '1s', ...more };
  }

  async close(): Promise<void> {
    const left = this.#workers.filter(({ program }) => !program.hasEnded);
    await Promise.all(left.map(({ program }) => program.kill('SIGKILL')));
    await Promise.all([this.client, ...this.#clients].map((client) => client.close()));
    await this.lab.close();
  }
}
