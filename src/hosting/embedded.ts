import { accessSync, chmodSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TemporalConfig } from '../config/temporal';
import type { WorkerConfig } from '../config/worker';
import { SwitchbackError } from '../contract/errors';
import { type DevServer, findTemporalCli, startDevServer } from '../dev-server';
import { watchDisk } from './disk';
import { lockFolder } from './folder-lock';
import { installRuntime } from './runtime';
import { createWorker } from './worker';

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
 * @param folder where the database and the logs are kept.
 * @param log told before anything that takes seconds.
 * @throws SwitchbackError CONFIG_INVALID, ALREADY_RUNNING, TEMPORAL_CLI_NOT_FOUND, TEMPORAL_UNREACHABLE
 */
export async function startEmbedded(
  folder: string,
  config: WorkerConfig,
  log: (message: string) => void,
): Promise<Embedded> {
  const dbFilename = join(folder, 'temporal.db');
  // For all that this process and its server make from here on: nobody else on this machine may read or change it.
  process.umask(0o077);
  makeFolder(folder);
  const lock = await lockFolder(folder, dbFilename);
  try {
    const server = await startServer(dbFilename, join(folder, 'temporal.log'), log);
    lock.announce(server.address);
    const unwatch = watchDisk(folder, log);
    // Not earlier: what it installs ends with the last connection, and without any it keeps the process alive.
    await installRuntime(config, join(folder, 'worker.log'));
    const host = await hostWorker(server, config);
    const release = () => {
      unwatch();
      lock.release();
    };
    return { ...host, stop: () => host.stop().finally(release) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    chmodSync(folder, 0o700);
    for (const name of readdirSync(folder))
      chmodSync(join(folder, name), statSync(join(folder, name)).mode & 0o700);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SwitchbackError('CONFIG_INVALID', `The folder ${folder} cannot be written to (${code})`);
  }
}

async function startServer(
  dbFilename: string,
  logFile: string,
  log: (message: string) => void,
): Promise<DevServer> {
  const cli = await findTemporalCli({ log }).catch((error: Error) => {
    throw new SwitchbackError('TEMPORAL_CLI_NOT_FOUND', error.message, { cause: error });
  });
  return startDevServer({ cliPath: cli.path, dbFilename, logFile, ui: true, httpApi: false }).catch(
    (error: Error) => {
      throw new SwitchbackError('TEMPORAL_UNREACHABLE', error.message, { cause: error });
    },
  );
}

async function hostWorker(server: DevServer, config: WorkerConfig): Promise<Embedded> {
  const { address, namespace, uiUrl } = server;
  const temporal = { address, namespace, connectionOptions: { address }, summary: `${address}, embedded` };
  try {
    const worker = await createWorker(config, temporal);
    const ending = new AbortController();
    const running = worker.run(ending.signal);
    // A broken worker shows when it is stopped; until then the follower says that nothing answers.
    running.catch(() => {});
    const stop = async () => {
      ending.abort();
      await running.finally(() => server.stop());
    };
    return { temporal, uiUrl, stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
