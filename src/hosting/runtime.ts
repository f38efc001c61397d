import { type Logger, Runtime } from '@temporalio/worker';
import pino from 'pino';
import type { WorkerConfig } from '../config/worker';
import { cannotListen } from './address';
import { createLogger } from './logging/logger';
import { prometheusExporter } from './metrics/exporter';

/**
 * Makes every log line of this process, Temporal's own included, a JSON line, and serves its metrics if they are asked
 * for. Once per process, before anything connects. Signals stay with the caller: the SDK would stop its workers at once,
 * whatever is to be said first.
 *
 * @param logFile where log lines go; standard output by default.
 * @throws SwitchbackError CONFIG_INVALID when metrics cannot be served where they should.
 */
export async function installRuntime(
  { logLevel, metricsAddress }: Pick<WorkerConfig, 'logLevel' | 'metricsAddress'>,
  logFile?: string,
): Promise<Logger> {
  const logger = createLogger(logLevel, pino.destination(logFile));
  const logging = { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } as const;
  const install = (metrics = {}) =>
    Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { logging, ...metrics } });
  if (metricsAddress === undefined) {
    install();
    return logger;
  }
  try {
    install({ metrics: await prometheusExporter(metricsAddress) });
  } catch (error) {
    throw cannotListen('SWITCHBACK_METRICS_ADDRESS', metricsAddress, error);
  }
  return logger;
}
