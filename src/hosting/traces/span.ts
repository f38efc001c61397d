import { type Attributes, type HrTime, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { withoutSecrets } from '../secrets';
import { traceIdOf } from './ids';

/** Something that is over: spans are made afterwards, so that nothing is held while work goes on. */
export interface Span {
  name: string;
  runId: string;
  id: string;
  /** The id of the span that this one is a part of; only the root has none. */
  parent?: string;
  kind?: SpanKind;
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
  attributes: Attributes;
  /** What went wrong; absent when nothing did. */
  error?: string | undefined;
  events?: { at: number; name: string }[];
}

/** The span in the form that an exporter takes. */
export function readable(span: Span, resource: ReadableSpan['resource']): ReadableSpan {
  const traceId = traceIdOf(span.runId);
  const context = (spanId: string) => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  return {
    name: span.name,
    kind: span.kind ?? SpanKind.INTERNAL,
    spanContext: () => context(span.id),
    ...(span.parent === undefined ? {} : { parentSpanContext: context(span.parent) }),
    startTime: hrTime(span.from),
    endTime: hrTime(span.to),
    duration: hrTime(Math.max(0, span.to - span.from)),
    ended: true,
    status:
      span.error === undefined
        ? { code: SpanStatusCode.UNSET }
        : { code: SpanStatusCode.ERROR, message: withoutSecrets(span.error) },
    attributes: span.attributes,
    events: (span.events ?? []).map(({ at, name }) => ({ time: hrTime(at), name: withoutSecrets(name) })),
    links: [],
    resource,
    instrumentationScope: { name: 'switchback' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)];
}
