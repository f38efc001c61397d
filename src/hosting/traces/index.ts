import { asyncLocalStorage } from '@temporalio/activity';
import type { ActivityInterceptorsFactory, Logger } from '@temporalio/worker';
import type { RequestRecord } from '../../aiven';
import { attemptOf } from './activity-spans';
import { startSpanExport } from './export';
import { tracingInterceptor } from './interceptor';
import { requestSpan } from './request-span';
import type { Span } from './span';

/** The trace of every run, made by the workers beside the work: nothing of it is in a workflow or in a history. */
export interface Traces {
  onActivity: ActivityInterceptorsFactory;
  onRequest(record: RequestRecord): void;
  /** Sends what is left, for 2 s at most. */
  close(): Promise<void>;
}

export function startTraces(log: Logger): Traces {
  const { add, close } = startSpanExport(log);
  return {
    onActivity: (context) => ({ inbound: tracingInterceptor(context.info, add) }),
    onRequest: onRequest(add),
    close,
  };
}

function onRequest(add: (span: Span) => void): (record: RequestRecord) => void {
  return (record) => {
    const info = asyncLocalStorage.getStore()?.info;
    const attempt = info && attemptOf(info);
    if (attempt !== undefined) add(requestSpan(attempt, record));
  };
}
