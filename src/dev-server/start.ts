import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { limit } from '../util/limit';
import { childEnv } from './child-env';
import { type Output, openOutput } from './output';
import { assertFree, freePorts } from './ports';
import { whenReady } from './readiness';
import { endWithParent } from './watchdog';

const HOST = '127.0.0.1';
const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const START_ATTEMPTS = 3;

// The default of 20 polls per second and shard makes every task after a short burst wait for the next 50 ms tick.
const TUNING = ['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=2000'];
const NO_HTTP_API = ['--dynamic-config-value', 'frontend.httpAllowedHosts=["switchback.invalid"]'];
const DURABLE = ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'];

/** The types that `temporal server start-dev --search-attribute` accepts. */
export type SearchAttributeKind = 'Text' | 'Keyword' | 'Int' | 'Double' | 'Bool' | 'Datetime' | 'KeywordList';

export interface DevServerOptions {
  cliPath: string;
  /** File that outlives the server; without it everything is in memory. */
  dbFilename?: string;
  /** gRPC port; a free one by default. */
  port?: number;
  httpPort?: number;
  /** `false`: no request over HTTP is answered. Any web page in a browser of this machine could send one. Default true. */
  httpApi?: boolean;
  uiPort?: number;
  ui?: boolean;
  searchAttributes?: Readonly<Record<string, SearchAttributeKind>>;
  namespace?: string;
  /** Where the server's output is appended; kept out of sight by default. */
  logFile?: string;
  logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'never';
  /** Lets the server live on when this process is gone. */
  detached?: boolean;
  readyTimeoutMs?: number;
  /** How long a stopping server may take before it is killed. */
  stopTimeoutMs?: number;
}

export interface DevServer {
  /** gRPC, as `host:port`. */
  address: string;
  namespace: string;
  httpUrl: string;
  uiUrl?: string;
  pid: number;
  /** Settles when the process is gone, whoever ended it. */
  exited: Promise<void>;
  /** Ends the server and waits until it is gone; may be called again. */
  stop(): Promise<void>;
}

interface Ports {
  grpc: number;
  http: number;
  ui: number | undefined;
}

/**
 * Starts a development server, tuned for short latencies, and answers when it is ready for work. It has a process
 * group of its own, so a Ctrl-C reaches the caller alone, and it ends with the caller unless it is `detached`.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options, await choosePorts(options));
    } catch (error) {
      // Of the ports that it chooses itself, one that is taken meanwhile is a panic.
      const portTaken = error instanceof Error && /address already in use|^panic:/im.test(error.message);
      if (!portTaken || attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function startOnce(options: DevServerOptions, ports: Ports): Promise<DevServer> {
  const namespace = options.namespace ?? 'default';
  const address = `${HOST}:${ports.grpc}`;
  const output = openOutput(options.logFile);
  const { child, pid } = await launch(options, namespace, ports, output).catch((error: unknown) => {
    output.close();
    throw error;
  });
  const cancelWatch = options.detached ? () => {} : endWithParent(pid);
  const exited = once(child, 'exit').then(() => cancelWatch());
  const stop = () => stopProcess(child, exited, options.stopTimeoutMs ?? STOP_TIMEOUT_MS);
  try {
    await ready(options, ports.grpc, namespace, exited, output);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    output.close();
  }
  return {
    address,
    namespace,
    httpUrl: `http://${HOST}:${ports.http}`,
    ...(ports.ui === undefined ? {} : { uiUrl: `http://${HOST}:${ports.ui}` }),
    pid,
    exited,
    stop,
  };
}

async function choosePorts({ port, httpPort, uiPort, ui }: DevServerOptions): Promise<Ports> {
  const pinned = [port, httpPort, uiPort].filter((chosen) => chosen !== undefined);
  await Promise.all(pinned.map((chosen) => assertFree(chosen, HOST)));
  const [grpc = 0, http = 0, web = 0] = await freePorts(3, HOST);
  const wantsUi = ui ?? uiPort !== undefined;
  return { grpc: port ?? grpc, http: httpPort ?? http, ui: wantsUi ? (uiPort ?? web) : undefined };
}

async function launch(
  options: DevServerOptions,
  namespace: string,
  ports: Ports,
  output: Output,
): Promise<{ child: ChildProcess; pid: number }> {
  if (options.dbFilename) mkdirSync(dirname(options.dbFilename), { recursive: true });
  const child = spawn(options.cliPath, serverArguments(options, namespace, ports), {
    stdio: ['ignore', output.fd, output.fd],
    env: childEnv(process.env),
    detached: true,
  });
  child.unref();
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new Error(`Could not start ${options.cliPath}: ${String(error)}`, { cause: error });
  }
  if (child.pid === undefined) throw new Error(`Could not start ${options.cliPath}: it has no process id`);
  return { child, pid: child.pid };
}

function serverArguments(options: DevServerOptions, namespace: string, ports: Ports): string[] {
  const searchAttributes = Object.entries(options.searchAttributes ?? {});
  return [
    ...['server', 'start-dev', '--ip', HOST],
    ...['--port', String(ports.grpc), '--http-port', String(ports.http)],
    ...(ports.ui === undefined ? ['--headless'] : ['--ui-port', String(ports.ui), '--ui-disable-news-fetch']),
    ...['--namespace', namespace, '--log-level', options.logLevel ?? 'error'],
    ...searchAttributes.flatMap(([name, kind]) => ['--search-attribute', `${name}=${kind}`]),
    ...(options.dbFilename ? ['--db-filename', options.dbFilename, ...DURABLE] : []),
    ...TUNING,
    // The server cannot be without that port; so it takes no request for any host on it.
    ...(options.httpApi === false ? NO_HTTP_API : []),
  ];
}

async function ready(
  options: DevServerOptions,
  port: number,
  namespace: string,
  exited: Promise<void>,
  output: Output,
): Promise<void> {
  const deadlineMs = options.readyTimeoutMs ?? READY_TIMEOUT_MS;
  const settled = new AbortController();
  const { signal, end } = limit(deadlineMs, settled.signal);
  const expected = { namespace, searchAttributes: Object.keys(options.searchAttributes ?? {}) };
  const fail = (what: string) =>
    new Error(`The Temporal dev server ${what}. The end of its output:\n${output.tail()}`);
  try {
    await Promise.race([
      whenReady(HOST, port, expected, signal).catch(() => {
        throw fail(`was not ready within ${deadlineMs / 1000} s`);
      }),
      exited.then(() => {
        throw fail('ended before it was ready');
      }),
    ]);
  } finally {
    // In this order: what still asks whether the server is ready hears of it through the limit.
    settled.abort();
    end();
  }
}

async function stopProcess(child: ChildProcess, exited: Promise<void>, timeoutMs: number): Promise<void> {
  child.ref(); // so that a caller who has nothing else to do waits for the end
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  await exited;
  clearTimeout(insist);
}
