import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attributeTypes } from '../../../dist/contract/search-attributes';
import { type DevServer, findTemporalCli, startDevServer } from '../../../dist/dev-server';
import { endWithParent } from '../../../dist/dev-server/watchdog';
import { type Dialect, type Lab, startLab } from '../lab';
import { writeAccess } from './access';

/** Evidence is what remains of a demo, so it is not in the folder that goes with it. */
const ROOT = join(__dirname, '../../..');
const EVIDENCE = join(ROOT, '.cache', 'demo-evidence');

/** Everything a switchback needs, on this machine: Temporal with its UI, the lab, and a worker process. */
export interface Stage {
  lab: Lab;
  server: DevServer;
  /** The variables with which any `switchback` command speaks to this stage. */
  env: Record<string, string>;
  workerLog: string;
  /** Ends every process and removes every file of the stage; may be called again. */
  close(): Promise<void>;
}

/** Builds the stage; whatever had been started is ended again when a part fails, or `stop` fires: then it throws. */
export async function setStage(
  options: {
    dialect: Dialect;
    transitionMs: number;
    pairs?: number;
    backing?: 'postgres' | 'memory';
    /** Where the pairs begin (default: after a switchover). */
    state?: 'ready' | 'fresh';
    allowsFailover?: boolean;
    evidence?: string;
  },
  log: (message: string) => void,
  stop: AbortSignal,
): Promise<Stage> {
  const { evidence = EVIDENCE, allowsFailover = false, state = 'ready', ...world } = options;
  const undo: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    const folder = mkdtempSync(join(tmpdir(), 'switchback-demo-'));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const cli = await findTemporalCli({ log });
    stop.throwIfAborted();
    const server = await startDevServer({ cliPath: cli.path, ui: true, searchAttributes: attributeTypes });
    undo.push(() => server.stop());
    stop.throwIfAborted();
    const lab = await startLab({ ...world, state });
    undo.push(() => lab.close());
    stop.throwIfAborted();
    const env = {
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_NAMESPACE: server.namespace,
      AIVEN_WEB_URL: lab.baseUrl,
      AIVEN_TOKEN: lab.token,
      // One that is set around the demo is for another API.
      AIVEN_TOKEN_FILE: '',
      ...(world.backing === 'memory' ? {} : { SWITCHBACK_DATABASES: writeAccess(lab, folder) }),
      SWITCHBACK_EVIDENCE: evidence,
      ...(allowsFailover ? { SWITCHBACK_FAILOVER: 'allowed' } : {}),
    };
    const workerLog = join(folder, 'worker.log');
    const worker = spawnWorker(env, workerLog);
    undo.push(() => end(worker));
    return { lab, server, env, workerLog, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The worker of the product, as a process of its own, as in production. */
function spawnWorker(env: Record<string, string>, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a');
  const worker = spawn(process.execPath, [join(ROOT, 'dist', 'worker.js')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  if (worker.pid !== undefined) worker.once('exit', endWithParent(worker.pid));
  return worker;
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  // Nothing of the stage is kept, so nothing needs the time to finish.
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}
