import { setTimeout as delay } from 'node:timers/promises';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import type { Logger } from '@temporalio/worker';
import { version } from '../../version';
import { collectorAgent } from './collector-agent';
import { readable, type Span } from './span';
import { warnOnFailure } from './warn-on-failure';

/** For one batch with all its repeats, so that a collector that hangs cannot hold up the end of the process. */
const EXPORT_LIMIT_MS = 1_500;
const CLOSE_LIMIT_MS = 2_000;

export interface SpanExport {
  add(span: Span): void;
  /** Sends what is left, for 2 s at most. */
  close(): Promise<void>;
}

/**
 * Sends spans in batches, by OTLP over HTTP, where OpenTelemetry's own variables say, through the proxy that the environment
 * names for it. What cannot be sent is dropped, and that is logged at most once a minute.
 */
export function startSpanExport(log: Logger): SpanExport {
  const agent = collectorAgent(process.env);
  const exporter = warnOnFailure(
    new OTLPTraceExporter({
      timeoutMillis: EXPORT_LIMIT_MS,
      ...(agent === undefined ? {} : { httpAgentOptions: () => agent }),
    }),
    log,
  );
  const processor = new BatchSpanProcessor({ exporter });
  const resource = resourceFromAttributes({
    'service.name': 'switchback',
    'service.version': version,
  }).merge(detectResources({ detectors: [envDetector] }));
  return {
    add: (span) => processor.onEnd(readable(span, resource)),
    close: () => {
      const limit = delay(CLOSE_LIMIT_MS);
      return Promise.race([processor.shutdown().catch(() => {}), limit]);
    },
  };
}
