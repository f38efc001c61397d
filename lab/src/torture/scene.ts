import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { SwitchbackClient } from '../../../dist/client';
import { searchAttributes } from '../../../dist/contract/search-attributes';
import { type DevServer, startDevServer } from '../../../dist/dev-server';
import { connectToTemporal } from '../../../dist/util/temporal-connection';
import { type Dialect, type Lab, startLab } from '../lab';
import { type Kind, type Point, troubleOf } from './cases';
import { Cut } from './cut';

const WORKER = join(__dirname, '../../../dist/worker.js');
const WORKER_IS_READY = /worker on task queue/;
/** So long the request that something strikes at waits for its reply. */
const HELD_MS = 400;
/** So long a network is in trouble. */
const TROUBLE_MS = { reset: 3_000, 'black-hole': 8_000, delay: 10_000 } as const;
const LONGEST_MS = 240_000;
const LOOK_MS = 5;

/** What all cases share. */
export interface Shared {
  cliPath: string;
  /** Where those that do not kill a server play. */
  server: DevServer;
}

/** One run on a lab of its own, with a worker process and all that can be cut between them. */
export class Scene {
  readonly #workers: ChildProcess[] = [];
  readonly #undo: (() => unknown)[] = [];
  readonly #client: SwitchbackClient;
  #runId = '';

  private constructor(
    readonly lab: Lab,
    private readonly shared: Shared,
    private readonly kind: Kind | undefined,
    private server: DevServer,
    private readonly temporal: Client,
    private readonly cut: Cut | undefined,
    private readonly env: Record<string, string>,
    private readonly serverOptions: { dbFilename: string } | undefined,
  ) {
    this.#client = new SwitchbackClient(temporal, env.SWITCHBACK_TASK_QUEUE);
  }

  static async open(shared: Shared, dialect: Dialect, kind: Kind | undefined): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), 'switchback-torture-'));
    const taskQueue = `torture-${randomUUID().slice(0, 8)}`;
    const world = { project: taskQueue, transitionMs: 1_500, state: 'ready' } as const;
    const lab = await startLab({ backing: 'memory', dialect, ...world });
    const own = kind === 'server-SIGKILL' ? { dbFilename: join(folder, 'temporal.db') } : undefined;
    const server = own ? await startServer(shared.cliPath, own) : shared.server;
    const api = new URL(lab.baseUrl);
    const temporalPort = portOf(server.address);
    const isOfTemporal = kind?.startsWith('temporal-') === true;
    const isCut = kind !== undefined && troubleOf(kind) !== undefined;
    const cut = isCut ? await Cut.before(isOfTemporal ? temporalPort : Number(api.port)) : undefined;
    if (cut !== undefined && !isOfTemporal) api.port = String(cut.port);
    const env = {
      TEMPORAL_ADDRESS: cut !== undefined && isOfTemporal ? `127.0.0.1:${cut.port}` : server.address,
      AIVEN_WEB_URL: api.href,
      AIVEN_TOKEN: lab.token,
      SWITCHBACK_TASK_QUEUE: taskQueue,
      SWITCHBACK_EVIDENCE: 'off',
    };
    const temporal = new Client({ connection: await connectToTemporal({ address: server.address }) });
    const scene = new Scene(lab, shared, kind, server, temporal, cut, env, own);
    scene.#undo.push(
      () => rmSync(folder, { recursive: true, force: true }),
      () => lab.close(),
      () => cut?.close(),
      () => own && scene.server.stop(),
      () => temporal.connection.close(),
    );
    await scene.#startWorker();
    return scene;
  }

  async start(): Promise<void> {
    const { project } = this.lab;
    const input = {
      project,
      service: this.#pair.primary,
      settleWindow: '1s',
      quietWindow: '2s',
      convergeTimeout: '2m',
    };
    this.#runId = (await this.#client.start(input, { workflowId: this.#workflowId })).runId;
  }

  /** How it ends: the outcome, or the code of a failure. Temporal may be away meanwhile. */
  async outcome(): Promise<string> {
    for (const deadline = Date.now() + LONGEST_MS; Date.now() < deadline; await delay(100)) {
      try {
        return (await this.#client.result(this.#workflowId, this.#runId)).outcome;
      } catch (error) {
        const { code = String(error) } = error as { code?: string };
        if (code !== 'TEMPORAL_UNREACHABLE') return code;
      }
    }
    return 'no end';
  }

  get isHome(): boolean {
    const { primary, recovery } = this.#pair.status();
    return primary.role === 'active' && recovery.role === 'passive';
  }

  /** How many events the history has. */
  async events(): Promise<number> {
    return (await this.temporal.workflow.getHandle(this.#workflowId, this.#runId).describe()).historyLength;
  }

  /** Lets the request with this number wait for its reply, so that something can strike meanwhile. */
  hold(n: number): void {
    this.lab.addFault({ match: { after: n - 1 }, do: { type: 'delay', delayMs: HELD_MS } });
  }

  async reaches({ at, n }: Point): Promise<void> {
    const count = () => (at === 'request' ? this.lab.requests().length : this.events());
    while ((await count()) < n) await delay(LOOK_MS);
  }

  /**
   * Does what the kind says, and what anybody does about it: a new worker, the server again, the network back.
   *
   * @returns when it struck, milliseconds since 1970.
   */
  async strike(): Promise<number> {
    let struckAt = Date.now();
    const trouble = this.kind && troubleOf(this.kind);
    if (trouble !== undefined) {
      this.cut?.begin(trouble);
      await delay(TROUBLE_MS[trouble]);
      this.cut?.heal();
    } else if (this.kind === 'server-SIGKILL') {
      const { address, httpUrl } = this.server;
      process.kill(this.server.pid, 'SIGKILL');
      await this.server.exited;
      const ports = { port: portOf(address), httpPort: portOf(httpUrl) };
      this.server = await startServer(this.shared.cliPath, { ...this.serverOptions, ...ports });
    } else {
      const [worker] = this.#workers;
      if (this.kind === 'worker-SIGTERM') worker?.kill('SIGTERM');
      else if (worker !== undefined) await end(worker);
      struckAt = Date.now();
      await this.#startWorker();
    }
    return struckAt;
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) await end(worker);
    for (const undo of this.#undo.reverse()) await undo();
  }

  get #pair() {
    const [pair] = this.lab.pairs;
    if (pair === undefined) throw new Error('the lab has no pair');
    return pair;
  }

  get #workflowId(): string {
    return this.env.SWITCHBACK_TASK_QUEUE ?? '';
  }

  async #startWorker(): Promise<void> {
    const worker = spawn(process.execPath, [WORKER], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', ...this.env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#workers.push(worker);
    let said = '';
    for await (const chunk of worker.stdout ?? []) {
      said += String(chunk);
      if (WORKER_IS_READY.test(said)) break;
    }
  }
}

export function startServer(
  cliPath: string,
  options: { dbFilename?: string; port?: number; httpPort?: number } = {},
): Promise<DevServer> {
  const keywords = Object.values(searchAttributes).map((key) => [key.name, 'Keyword'] as const);
  return startDevServer({ cliPath, searchAttributes: Object.fromEntries(keywords), ...options });
}

function portOf(text: string): number {
  return Number(/(\d+)$/.exec(text)?.[1]);
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}
