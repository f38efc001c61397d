import { DefaultLogger, type LogEntry, type Logger } from '@temporalio/worker';
import pino, { type DestinationStream, type LoggerOptions } from 'pino';
import type { WorkerConfig } from '../../config/worker';
import { SECRET_KEYS } from '../../util/secrets';
import { jsonWithoutSecrets } from '../secrets';
import { RunFields } from './run-fields';

/** Pino's wildcard stands for one level; what is deeper is found in the finished line. */
const SECRET_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/**
 * A logger for Temporal's SDK that writes JSON lines by pino, without secrets.
 *
 * @param destination where to; standard output by default.
 */
export function createLogger(
  level: WorkerConfig['logLevel'],
  destination: DestinationStream = pino.destination(1),
): Logger {
  const options: LoggerOptions = {
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    base: null,
    redact: { paths: SECRET_PATHS, censor: '***' },
    hooks: { streamWrite: jsonWithoutSecrets },
    serializers: { err: withoutReport },
  };
  const log = pino(options, destination);
  const runs = new RunFields();
  // Pino filters by level; Temporal's logger only carries the entries over.
  return new DefaultLogger('TRACE', ({ level: entryLevel, message, meta }: LogEntry) => {
    const { error, ...rest } = runs.complete(meta ?? {});
    const fields = error === undefined ? rest : { ...rest, err: error };
    log[entryLevel.toLowerCase() as 'trace' | 'debug' | 'info' | 'warn' | 'error'](fields, message);
  });
}

/** A run that failed carries its whole report, which would make a line longer than many log pipelines take. */
function withoutReport(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { details: _, failure: __, ...rest } = pino.stdSerializers.err(error);
  return rest;
}
