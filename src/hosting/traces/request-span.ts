import { SpanKind } from '@opentelemetry/api';
import type { RequestRecord } from '../../aiven';
import type { ActivityAttempt } from './activity-spans';
import { randomSpanId } from './ids';
import type { Span } from './span';

/** A request to the Aiven API, a part of the attempt that made it. */
export function requestSpan({ runId, spanId }: ActivityAttempt, record: RequestRecord): Span {
  const { method, path, status, requestId, startedAt, durationMs, error } = record;
  const from = Date.parse(startedAt);
  const [pathname = path, query] = path.split('?');
  return {
    name: `${method} ${pathname}`,
    runId,
    id: randomSpanId(),
    parent: spanId,
    kind: SpanKind.CLIENT,
    from,
    to: from + durationMs,
    attributes: {
      'http.request.method': method,
      'url.path': pathname,
      ...(query === undefined ? {} : { 'url.query': query }),
      ...(status === undefined ? {} : { 'http.response.status_code': status }),
      ...(requestId === undefined ? {} : { 'aiven.request.id': requestId }),
    },
    error,
  };
}
