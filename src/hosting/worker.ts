import { rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../activities';
import { AivenClient } from '../aiven';
import type { TemporalConfig } from '../config/temporal';
import type { WorkerConfig } from '../config/worker';
import { SwitchbackError } from '../contract/errors';
import { createEvidenceStore } from '../evidence';
import { compact } from '../util/compact';
import { version } from '../version';
import { sharedBudget } from './api-budget';
import { type Renewal, renewCredentials } from './renew-credentials';
import { ensureSearchAttributes } from './search-attributes';
import { Telemetry } from './telemetry';
import { temporalProxyOf } from './temporal-proxy';

/** Built by `npm run build`; it holds the workflow code with everything that it imports. */
const WORKFLOW_BUNDLE = join(__dirname, '..', 'workflow-bundle.js');

/** Long polls are cut at once and go on elsewhere; a write under way may finish and report. */
const SHUTDOWN_GRACE = '5s';
/** Below the 30 s after which orchestrators kill. */
const SHUTDOWN_FORCE = '20s';
/** Fresh heartbeat details are what an SRE sees and what the next worker goes on from. */
const HEARTBEAT_THROTTLE = '2s';
/** A waiting run holds one slot of about 10 KB, so slots are cheap; promotions must never queue behind waits. */
const ACTIVITY_SLOTS = 1_000;

/** What a wait ends with when its worker is told to stop: another attempt, at once, by another worker. */
const WORKER_STOPPING = ApplicationFailure.create({
  message: 'this worker stops; the next one goes on watching',
  type: 'WORKER_STOPPING',
  nextRetryDelay: '100ms',
});

export interface HostedWorker {
  /** Runs until `stop` fires; rejects when the worker breaks. */
  run(stop: AbortSignal): Promise<void>;
}

/**
 * A worker for `switchbackWorkflow`, connected and with its search attributes in place, ready to run.
 *
 * @param bundle path of the prebuilt workflow bundle.
 * @param renewal where its credentials for Temporal are looked for again; without it, it keeps those that it began with.
 * @throws SwitchbackError TEMPORAL_UNREACHABLE, SEARCH_ATTRIBUTES_MISSING, CONFIG_INVALID
 */
export async function createWorker(
  config: WorkerConfig,
  temporal: TemporalConfig,
  bundle = WORKFLOW_BUNDLE,
  renewal?: Renewal,
): Promise<HostedWorker> {
  // One that a killed worker left would say that this one polls already.
  if (config.readyFile !== undefined) rmSync(config.readyFile, { force: true });
  const connection = await connect(temporal);
  const telemetry = new Telemetry(config, () => aiven);
  const budget = sharedBudget(config, {
    connection: () => telemetry.worker?.connection ?? connection,
    namespace: temporal.namespace,
    log: Runtime.instance().logger,
    onGrant: telemetry.onGrant,
  });
  const aiven = new AivenClient({
    ...config.aiven,
    userAgent: `switchback/${version}`,
    onRequest: telemetry.onRequest,
    budget,
  });
  const close = async () => {
    budget.close();
    await telemetry.end();
    await aiven.close();
    await (telemetry.worker?.connection ?? connection).close();
  };
  try {
    await ensureSearchAttributes(connection, temporal.namespace);
    const stopping = new AbortController();
    await telemetry.begin(connection, temporal.namespace, stopping.signal);
    const worker = await Worker.create({
      connection,
      // By this, `switchback doctor` knows the version that polls.
      identity: `switchback/${version} ${process.pid}@${hostname()}`,
      namespace: temporal.namespace,
      taskQueue: config.taskQueue,
      workflowBundle: { codePath: bundle },
      activities: createActivities({
        aiven,
        policy: config.policy,
        allowsFailover: config.allowsFailover,
        databases: config.databases,
        readFreezes: config.readFreezes,
        notify: config.notify,
        evidence: config.evidence && createEvidenceStore(config.evidence),
        stopping: stopping.signal,
      }),
      interceptors: telemetry.interceptors,
      maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
      maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
      shutdownGraceTime: SHUTDOWN_GRACE,
      shutdownForceTime: SHUTDOWN_FORCE,
    });
    telemetry.worker = worker;
    const over = new AbortController();
    const renewing =
      renewal && renewCredentials(worker, temporal, renewal, connect, Runtime.instance().logger, over.signal);
    const end = async () => {
      over.abort();
      await close();
      await Promise.all(((await renewing) ?? []).map((retired) => retired.close()));
    };
    return { run: (stop) => run(worker, stopping, config.readyFile, stop).finally(end) };
  } catch (error) {
    await close();
    throw error;
  }
}

async function run(
  worker: Worker,
  stopping: AbortController,
  readyFile: string | undefined,
  stop: AbortSignal,
): Promise<void> {
  const shutdown = () => {
    stopping.abort(WORKER_STOPPING);
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  stop.addEventListener('abort', shutdown);
  try {
    const running = worker.run();
    const fault = readyFile === undefined ? undefined : faultOfReadyFile(readyFile);
    if (stop.aborted || fault !== undefined) shutdown();
    await running;
    if (fault !== undefined) throw fault;
  } finally {
    stop.removeEventListener('abort', shutdown);
    if (readyFile !== undefined) rmSync(readyFile, { force: true });
  }
}

/** Writes the file; answers why that is impossible. */
function faultOfReadyFile(readyFile: string): SwitchbackError | undefined {
  try {
    writeFileSync(readyFile, `${process.pid}\n`);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return new SwitchbackError(
      'CONFIG_INVALID',
      `SWITCHBACK_READY_FILE: ${readyFile} cannot be written (${code})`,
    );
  }
}

async function connect({ address, connectionOptions, summary }: TemporalConfig): Promise<NativeConnection> {
  try {
    const proxy = temporalProxyOf(address);
    return await NativeConnection.connect({ ...connectionOptions, ...compact({ proxy }) });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SwitchbackError('TEMPORAL_UNREACHABLE', `Cannot connect to Temporal at ${summary}: ${why}`);
  }
}
