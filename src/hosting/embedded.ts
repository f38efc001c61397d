import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TemporalConfig, WorkerConfig } from '../config';
import { SwitchbackError } from '../contract/errors';
import { type DevServer, findTemporalCli, startDevServer } from '../dev-server';
import { installLogger } from './logging';
import { createWorker } from './worker';

/** How long the server of an earlier, killed command may take to end. */
const PREDECESSOR_MS = 15_000;

/** A Temporal server and a worker of our own, for as long as this process lives. */
export interface Embedded {
  temporal: TemporalConfig;
  uiUrl: string | undefined;
  /** Lets what is under way finish, then ends worker and server. The runs stay in the folder. */
  stop(): Promise<void>;
}

/**
 * Starts the dev server on a database file and hosts the worker beside it. Runs that were going on when an earlier
 * process was killed go on by themselves.
 *
 * @param folder where the database and the server's log are kept.
 * @param log told before anything that takes seconds.
 * @throws SwitchbackError TEMPORAL_CLI_NOT_FOUND, TEMPORAL_UNREACHABLE
 */
export async function startEmbedded(
  folder: string,
  config: WorkerConfig,
  log: (message: string) => void,
): Promise<Embedded> {
  mkdirSync(folder, { recursive: true });
  installLogger(config.logLevel, join(folder, 'worker.log'));
  const cli = await findTemporalCli({ log }).catch((error: Error) => {
    throw new SwitchbackError('TEMPORAL_CLI_NOT_FOUND', error.message, { cause: error });
  });
  const pidFile = join(folder, 'server.pid');
  await predecessorGone(pidFile);
  const server = await startDevServer({
    cliPath: cli.path,
    dbFilename: join(folder, 'temporal.db'),
    logFile: join(folder, 'temporal.log'),
    ui: true,
  });
  writeFileSync(pidFile, String(server.pid));
  return hostWorker(server, config);
}

async function hostWorker(server: DevServer, config: WorkerConfig): Promise<Embedded> {
  const { address, namespace, uiUrl } = server;
  const temporal = { address, namespace, connectionOptions: { address }, summary: `${address}, embedded` };
  try {
    const worker = await createWorker(config, temporal);
    const running = worker.run();
    // A broken worker shows when it is stopped; until then the follower says that nothing answers.
    running.catch(() => {});
    const stop = async () => {
      worker.shutdown();
      await running.finally(() => server.stop());
    };
    return { temporal, uiUrl, stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Two servers on one database file would corrupt it: wait until the one of a killed command has ended. */
async function predecessorGone(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  for (const deadline = Date.now() + PREDECESSOR_MS; isTemporal(pid); ) {
    if (Date.now() > deadline) {
      throw new SwitchbackError(
        'TEMPORAL_UNREACHABLE',
        `Another command already runs an embedded server (process ${pid}). Follow its run, or end it first.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** True when the process is there and, as far as the system tells, still a Temporal server and no reused number. */
function isTemporal(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const commandLine = `/proc/${pid}/cmdline`;
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').includes('start-dev');
}
