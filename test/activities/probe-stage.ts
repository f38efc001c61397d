import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { probeWrites } from '../../src/activities/probe-writes';
import type { ProbeProgress, ProbeReport } from '../../src/contract/probe';
import { type ConnectionName, Databases, type PairSettings } from '../../src/postgres';
import { RunningClock } from '../support/running-clock';

const PATIENCE_MS = 30_000;
/** How often a machine that stands still again and again is asked once more. */
const TRIES = 5;
type EnvironmentInfo = ConstructorParameters<typeof MockActivityEnvironment>[0];

export type Access = Partial<Record<ConnectionName, { port: number }>> & {
  database?: string;
  password?: string;
  rate?: number;
  retentionMs?: number;
};

/** One pair of the lab with the primary active, for the tests of a file. */
export function useProbeLab() {
  let lab: Lab | undefined;
  let labPair: LabPair | undefined;
  const proxies: TcpProxy[] = [];
  const starts: (() => void)[] = [];
  const open = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the lab is not open');
    return value;
  };

  beforeAll(async () => {
    lab = await startLab({ pairs: 1, transitionMs: 600, state: 'fresh' });
    [labPair] = lab.pairs;
    for (const start of starts) start();
  });
  afterAll(async () => {
    for (const proxy of proxies) proxy.close();
    await lab?.close();
  });

  return {
    /** Plays beside all others before the first test, since each mostly waits; the function returned gives what came of it. */
    scenario: <T>(play: () => Promise<T>): (() => Promise<T>) => {
      let played: Promise<T> | undefined;
      starts.push(() => {
        played = play();
        played.catch(() => undefined);
      });
      return () => open(played);
    },
    lab: () => open(lab),
    pair: () => open(labPair),
    /** A run with access of its own. */
    run: (access?: Access) => new ProbeRun(open(labPair), databasesOf(open(labPair), access)),
    /** In front of the Service URI. */
    proxy: async (): Promise<TcpProxy> => {
      const proxy = await TcpProxy.to(open(labPair).serviceUri);
      proxies.push(proxy);
      return proxy;
    },
  };
}

/**
 * Plays again, whatever came of it, what fell into a time at which this process stood still for longer than that: the
 * stopwatch measures then how busy the machine is, and its limits of two seconds cut what is well.
 */
export async function undisturbed<T>(mostMs: number, play: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const clock = new RunningClock();
    const [outcome] = await Promise.allSettled([play()]);
    clock.stop();
    if (clock.longestStandMs > mostMs && tries < TRIES) {
      await Promise.all([...unfinished].map((attempt) => attempt.stop(new Error('it is played again'))));
      continue;
    }
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }
}

/** Access to a pair of the lab, as its configuration would give it; some doors may lead through a proxy. */
export function databasesOf(labPair: LabPair, access: Access = {}): Databases {
  const { probe, serviceUri, primaryUri, recoveryUri } = labPair;
  if (probe === undefined) throw new Error('the lab has no PostgreSQL');
  const door = (uri: string | undefined, via: { port: number } | undefined) => {
    const { hostname, port } = new URL(String(uri));
    return {
      host: via === undefined ? hostname : '127.0.0.1',
      port: via?.port ?? Number(port),
      database: access.database ?? 'defaultdb',
      user: probe.user,
      password: async () => access.password ?? probe.password,
    };
  };
  const settings: PairSettings = {
    connections: {
      service: door(serviceUri, access.service),
      primary: door(primaryUri, access.primary),
      recovery: door(recoveryUri, access.recovery),
    },
    resolvers: ['system'],
    probe: { rate: access.rate ?? 50, retentionMs: access.retentionMs ?? 3_600_000 },
  };
  return new Databases({ [`project/${labPair.primary}`]: settings });
}

/** One run of the write probe: its attempts write under one id. */
export class ProbeRun {
  readonly runId = `test-${randomBytes(6).toString('hex')}`;

  constructor(
    readonly labPair: LabPair,
    readonly databases: Databases = databasesOf(labPair),
  ) {}

  start(info: EnvironmentInfo = {}): ProbeAttempt {
    return new ProbeAttempt(this, info);
  }

  /** The numbers that are there, as the superuser sees them on the active side. */
  async rows(): Promise<number[]> {
    const sql = `SELECT seq::int FROM switchback.probe WHERE run_id = '${this.runId}' ORDER BY seq`;
    return (await this.query(sql)).map(({ seq }) => Number(seq));
  }

  /** Resolves when there are so many. */
  async atLeast(count: number): Promise<number[]> {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
      const rows = await this.rows();
      if (rows.length >= count) return rows;
    }
    throw new Error(`there are not ${count} rows in time`);
  }

  async delete(rows: readonly number[]): Promise<void> {
    if (rows.length === 0) return;
    const all = rows.join(',');
    await this.query(`DELETE FROM switchback.probe WHERE run_id = '${this.runId}' AND seq IN (${all})`);
  }

  query(sql: string): Promise<Record<string, unknown>[]> {
    return this.labPair.query(activeSideOf(this.labPair), sql);
  }
}

/** Attempts that nobody has ended yet. */
const unfinished = new Set<ProbeAttempt>();

export class ProbeAttempt {
  readonly heartbeats: ProbeProgress[] = [];
  /** When they came. */
  readonly beatAt: number[] = [];
  /** Without the time that the process stood still. */
  readonly clock = new RunningClock();
  readonly result: Promise<ProbeReport>;
  readonly environment: MockActivityEnvironment;
  readonly #stopping = new AbortController();
  #isOver = false;

  constructor({ databases, labPair, runId }: ProbeRun, info: EnvironmentInfo) {
    this.environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
    this.environment.on('heartbeat', (progress: ProbeProgress) => {
      // As Temporal keeps it.
      this.heartbeats.push(JSON.parse(JSON.stringify(progress)) as ProbeProgress);
      this.beatAt.push(this.clock.now());
    });
    const { primary, recovery } = labPair;
    const pair = { project: 'project', primary, recovery, dialect: 'role' } as const;
    const work = () => probeWrites(databases, { pair, runId }, this.#stopping.signal);
    this.result = this.environment.run(work);
    unfinished.add(this);
    const over = () => {
      unfinished.delete(this);
      this.#isOver = true;
      this.clock.stop();
    };
    this.result.then(over, over);
  }

  get progress(): ProbeProgress {
    const last = this.heartbeats.at(-1);
    if (last === undefined) throw new Error('no heartbeat yet');
    return last;
  }

  /** Resolves with the first heartbeat from now on that is as wanted. */
  async until(wanted: (progress: ProbeProgress) => boolean): Promise<ProbeProgress> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const signal = AbortSignal.timeout(Math.max(1, deadline - Date.now()));
      const next = once(this.environment, 'heartbeat', { signal });
      await Promise.race([next, this.result]).catch((error) => {
        const last = JSON.stringify(this.heartbeats.at(-1)).slice(0, 2_000);
        throw new Error(`not in time, or over; last heartbeat: ${last}`, { cause: error });
      });
      if (this.#isOver) throw new Error('the probe is over');
      if (wanted(this.progress)) return this.progress;
    }
  }

  /** Resolves when so many more rows have been acknowledged. */
  async more(rows: number): Promise<ProbeProgress> {
    const before = this.heartbeats.at(-1)?.acknowledged ?? 0;
    return this.until(({ acknowledged }) => acknowledged >= before + rows);
  }

  /** As the workflow does; resolves with what it is told. */
  async cancel(): Promise<ProbeReport> {
    this.environment.cancel('CANCELLED');
    return this.result;
  }

  /** As a worker that is told to stop; resolves with what the attempt ends with. */
  async stop(reason: Error): Promise<unknown> {
    this.#stopping.abort(reason);
    return this.failure();
  }

  failure(): Promise<unknown> {
    return this.result.then(
      (report) => ({ report }),
      (error: unknown) => error,
    );
  }
}

/** A way to a server of which one can say what goes wrong on it. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #events = new EventEmitter();
  /** Opened through it so far. */
  connections = 0;
  /** Nothing is forwarded, and nothing is cut: the network hangs. */
  isFrozen = false;
  /** New connections are refused by closing them. */
  isClosed = false;
  /** So many more answers to an INSERT are lost with the connection, after the server has given them. */
  answersToLose = 0;
  /** So long every answer to an INSERT is under way. */
  answerDelayMs = 0;
  /** So many more connections end right after an answer to an INSERT has arrived. */
  cutsAfterAnswer = 0;

  private constructor(private readonly target: number) {
    this.#server = createServer((client) => this.#forward(client));
  }

  static async to(uri: string | undefined): Promise<TcpProxy> {
    const proxy = new TcpProxy(Number(new URL(String(uri)).port));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Resolves when something was sent that the hanging network keeps. */
  async swallowed(): Promise<void> {
    await once(this.#events, 'swallowed');
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  #forward(client: Socket): void {
    this.connections += 1;
    if (this.isClosed) {
      client.destroy();
      return;
    }
    const server = connect(this.target, '127.0.0.1');
    let isAnswerLost = false;
    let isLastAnswer = false;
    let isAnswer = false;
    let hasEnded = false;
    client.on('data', (data) => {
      if (hasEnded) return; // sent before the client heard of the end: it never arrives
      if (this.isFrozen) {
        this.#events.emit('swallowed');
        return;
      }
      const isInsert = data.includes('INSERT INTO switchback.probe');
      isAnswer = isInsert;
      if (isInsert && this.answersToLose > 0) {
        this.answersToLose -= 1;
        isAnswerLost = true;
      } else if (isInsert && this.cutsAfterAnswer > 0) {
        this.cutsAfterAnswer -= 1;
        isLastAnswer = true;
      }
      server.write(data);
    });
    server.on('data', (data) => {
      if (this.isFrozen) return;
      // Its answer is the commit's.
      if (isAnswerLost) client.destroy();
      else if (isLastAnswer) {
        hasEnded = true;
        client.end(data);
      } else if (isAnswer && this.answerDelayMs > 0) setTimeout(() => client.write(data), this.answerDelayMs);
      else client.write(data);
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        if (!this.isFrozen) other.destroy();
      });
    }
  }
}

export function activeSideOf(labPair: LabPair): 'primary' | 'recovery' {
  return labPair.status().primary.role === 'active' ? 'primary' : 'recovery';
}

export function numbersOf(ranges: readonly [number, number][]): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}

export function sum(errors: Record<string, number>): number {
  return Object.values(errors).reduce((a, b) => a + b, 0);
}
