import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { SwitchbackClient } from '../../../dist/client';
import { attributeTypes } from '../../../dist/contract/search-attributes';
import { type DevServer, startDevServer } from '../../../dist/dev-server';
import { connectToTemporal } from '../../../dist/util/temporal-connection';
import { writeAccess } from '../demo/access';
import { type Dialect, type Lab, type RequestEntry, startLab } from '../lab';
import { type Kind, type NetworkTrouble, networkTroubleOf, type Point } from './cases';
import { Cut } from './cut';
import { type Tortured, tortured } from './procedures';

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

/** A pair that is switched back again and again, with a worker process and all that can be cut between them. */
export class Scene {
  readonly #undo: (() => unknown)[] = [];
  readonly #client: SwitchbackClient;
  #worker: ChildProcess | undefined;
  #workflowId = '';
  #runId = '';
  /** Requests of the runs before. */
  #before = 0;

  private constructor(
    readonly lab: Lab,
    private readonly shared: Shared,
    private readonly network: NetworkTrouble | undefined,
    private server: DevServer,
    private readonly temporal: Client,
    private readonly cuts: Map<number, Cut>,
    private readonly env: Record<string, string>,
    private readonly serverOptions: { dbFilename: string } | undefined,
    private readonly procedure: Tortured,
  ) {
    this.#client = new SwitchbackClient(temporal, env.SWITCHBACK_TASK_QUEUE);
  }

  static async open(shared: Shared, dialect: Dialect, kind: Kind, procedure: Tortured): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), 'switchback-torture-'));
    const taskQueue = `torture-${randomUUID().slice(0, 8)}`;
    const network = networkTroubleOf(kind);
    const backing = network?.to === 'postgres' ? 'postgres' : 'memory';
    const lab = await startLab({
      backing,
      dialect,
      project: taskQueue,
      transitionMs: 1_500,
      state: tortured[procedure].state,
    });
    const own = kind === 'server-SIGKILL' ? { dbFilename: join(folder, 'temporal.db') } : undefined;
    const server = own ? await startServer(shared.cliPath, own) : shared.server;
    const cuts = new Map<number, Cut>();
    for (const port of portsOf(network, lab, server)) cuts.set(port, await Cut.before(port));
    const through = (port: number) => cuts.get(port)?.port ?? port;
    const api = new URL(lab.baseUrl);
    api.port = String(through(Number(api.port)));
    const env = {
      TEMPORAL_ADDRESS: `127.0.0.1:${through(portOf(server.address))}`,
      AIVEN_WEB_URL: api.href,
      AIVEN_TOKEN: lab.token,
      SWITCHBACK_TASK_QUEUE: taskQueue,
      SWITCHBACK_EVIDENCE: 'off',
      SWITCHBACK_FAILOVER: 'allowed',
      ...(backing === 'postgres' ? { SWITCHBACK_DATABASES: writeAccess(lab, folder, {}, through) } : {}),
    };
    const temporal = new Client({ connection: await connectToTemporal({ address: server.address }) });
    const scene = new Scene(lab, shared, network, server, temporal, cuts, env, own, procedure);
    scene.#undo.push(
      () => rmSync(folder, { recursive: true, force: true }),
      () => lab.close(),
      ...[...cuts.values()].map((cut) => () => cut.close()),
      () => own && scene.server.stop(),
      () => temporal.connection.close(),
      () => scene.#endWorker(),
    );
    await scene.#startWorker();
    return scene;
  }

  /** Starts the next run. */
  async start(): Promise<void> {
    const { project } = this.lab;
    const answersFor = {
      by: 'torture',
      reason: 'the pair was changed a moment ago, or is not reached',
    };
    const input = {
      project,
      service: this.#pair.primary,
      settleWindow: '1s',
      quietWindow: '2s',
      convergeTimeout: '2m',
      // For those that meet trouble while the databases are asked.
      acknowledge: ['recent-change', 'database-access'].map((check) => ({ check, ...answersFor })),
      ...tortured[this.procedure].more?.(this.#pair.primary),
    };
    this.#workflowId = `${project}-${randomUUID().slice(0, 8)}`;
    const how = { workflowId: this.#workflowId, procedure: this.procedure };
    this.#runId = (await this.#client.start(input, how)).runId;
  }

  /** How it ends: the outcome, or the code of a failure. Temporal may be away meanwhile. */
  async outcome(): Promise<string> {
    let hasEnded = false;
    const approving = this.procedure === 'failover' ? this.#approve(() => hasEnded) : undefined;
    try {
      return await this.#outcome();
    } finally {
      hasEnded = true;
      await approving;
    }
  }

  /** As a second person does; again when the facts have moved, and when Temporal or the worker is away. */
  async #approve(hasEnded: () => boolean): Promise<void> {
    for (; !hasEnded(); await delay(100)) {
      try {
        const { phase, plan } = await this.#client.status(this.#workflowId);
        if (phase !== 'approval' || plan === undefined) continue;
        const words = { by: 'second@example.com', reason: 'torture', service: this.#pair.primary };
        await this.#client.approve(this.#workflowId, { ...words, fingerprint: plan.fingerprint });
      } catch {
        // Asked again.
      }
    }
  }

  async #outcome(): Promise<string> {
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

  /** Those of this run. */
  requests(): readonly RequestEntry[] {
    return this.lab.requests().slice(this.#before);
  }

  /** `primary/recovery`, as they really are. */
  get roles(): string {
    const { primary, recovery } = this.#pair.status();
    return `${primary.role}/${recovery.role}`;
  }

  /** For the next run. */
  async again(): Promise<void> {
    await tortured[this.procedure].again(this.lab, this.#pair);
    this.#before = this.lab.requests().length;
  }

  /** How many events the history has. */
  async events(): Promise<number> {
    return (await this.temporal.workflow.getHandle(this.#workflowId, this.#runId).describe()).historyLength;
  }

  /** Lets the request with this number wait for its reply, so that something can strike meanwhile. */
  hold(n: number): void {
    this.lab.addFault({ match: { after: n - 1 }, do: { type: 'delay', delayMs: HELD_MS } });
  }

  /** Also when the run ends before that. */
  async reaches({ at, n }: Point, hasEnded: () => boolean): Promise<void> {
    if (at === 'event') return this.#hasEvents(n);
    while (this.requests().length < n && !hasEnded()) await delay(LOOK_MS);
  }

  /**
   * Does what the kind says, and what anybody does about it: a new worker, the server again, the network back.
   *
   * @returns when it struck, milliseconds since 1970.
   */
  async strike(kind: Kind): Promise<number> {
    let struckAt = Date.now();
    if (this.network !== undefined) {
      const { trouble } = this.network;
      for (const cut of this.cuts.values()) cut.begin(trouble);
      await delay(TROUBLE_MS[trouble]);
      for (const cut of this.cuts.values()) cut.heal();
    } else if (kind === 'server-SIGKILL') {
      const { address, httpUrl } = this.server;
      process.kill(this.server.pid, 'SIGKILL');
      await this.server.exited;
      const ports = { port: portOf(address), httpPort: portOf(httpUrl) };
      this.server = await startServer(this.shared.cliPath, { ...this.serverOptions, ...ports });
    } else {
      if (kind === 'worker-SIGTERM') void this.#endWorker('SIGTERM');
      else await this.#endWorker();
      struckAt = Date.now();
      await this.#startWorker();
    }
    return struckAt;
  }

  async close(): Promise<void> {
    for (const undo of this.#undo.reverse()) await undo();
  }

  get #pair() {
    const [pair] = this.lab.pairs;
    if (pair === undefined) throw new Error('the lab has no pair');
    return pair;
  }

  /** Temporal says so as soon as it is so. */
  async #hasEvents(n: number): Promise<void> {
    const execution = { workflowId: this.#workflowId, runId: this.#runId };
    let nextPageToken: Uint8Array | undefined;
    for (let seen = 0; seen < n; ) {
      const page = await this.temporal.workflowService.getWorkflowExecutionHistory({
        namespace: 'default',
        execution,
        waitNewEvent: true,
        ...(nextPageToken === undefined ? {} : { nextPageToken }),
      });
      seen += page.history?.events?.length ?? 0;
      if (!page.nextPageToken?.length) return;
      nextPageToken = page.nextPageToken;
    }
  }

  async #startWorker(): Promise<void> {
    const worker = spawn(process.execPath, [WORKER], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', ...this.env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#worker = worker;
    let said = '';
    for await (const chunk of worker.stdout ?? []) {
      said += String(chunk);
      if (WORKER_IS_READY.test(said)) break;
    }
  }

  async #endWorker(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined || worker.exitCode !== null || worker.signalCode !== null) return;
    worker.kill(signal);
    await once(worker, 'exit');
  }
}

/** The ports to which the way is cut. */
function portsOf(network: NetworkTrouble | undefined, lab: Lab, server: DevServer): number[] {
  switch (network?.to) {
    case 'api':
      return [Number(new URL(lab.baseUrl).port)];
    case 'temporal':
      return [portOf(server.address)];
    case 'postgres':
      return lab.pairs.flatMap(({ serviceUri, primaryUri, recoveryUri }) =>
        [serviceUri, primaryUri, recoveryUri].map((uri) => Number(new URL(uri ?? '').port)),
      );
    default:
      return [];
  }
}

export function startServer(
  cliPath: string,
  options: { dbFilename?: string; port?: number; httpPort?: number } = {},
): Promise<DevServer> {
  return startDevServer({ cliPath, searchAttributes: attributeTypes, ...options });
}

function portOf(text: string): number {
  return Number(/(\d+)$/.exec(text)?.[1]);
}
