import { asyncLocalStorage } from '@temporalio/activity';
import type { Logger } from '@temporalio/worker';
import type { RequestRecord } from '../../aiven';

/** One line for each request to the Aiven API, with the run's fields where it is made for a run; writes always show. */
export function logRequest(
  { method, path, kind, status, durationMs, requestId, error }: RequestRecord,
  workerLog: Logger,
): void {
  const log = asyncLocalStorage.getStore()?.log ?? workerLog;
  const message = `${method} ${path}: ${status ?? 'no reply'}`;
  const fields = { method, path, status, durationMs, requestId, problem: error };
  if (kind === 'write') log.info(message, fields);
  else log.debug(message, fields);
}
