import { DefaultLogger, type LogEntry, type Logger, Runtime } from '@temporalio/worker';
import pino from 'pino';
import type { WorkerConfig } from '../config';

/**
 * Makes every log line of this process, Temporal's own included, a JSON line by pino. Once per process, before
 * anything connects. Signals stay with the caller: the SDK would stop its workers at once, whatever is to be said first.
 *
 * @param file where to; standard output by default.
 */
export function installLogger(level: WorkerConfig['logLevel'], file?: string): Logger {
  const logger = createLogger(level, file);
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
  });
  return logger;
}

function createLogger(level: WorkerConfig['logLevel'], file: string | undefined): Logger {
  const options = { level, timestamp: pino.stdTimeFunctions.isoTime, base: null };
  const log = file === undefined ? pino(options) : pino(options, pino.destination(file));
  // Pino filters by level; Temporal's logger only carries the entries over.
  return new DefaultLogger('TRACE', ({ level: entryLevel, message, meta }: LogEntry) => {
    const { error, ...rest } = meta ?? {};
    const fields = error === undefined ? rest : { ...rest, err: error };
    log[entryLevel.toLowerCase() as 'trace' | 'debug' | 'info' | 'warn' | 'error'](fields, message);
  });
}
