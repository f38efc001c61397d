import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '@temporalio/worker';

const COMPLAIN_EVERY_MS = 60_000;

/**
 * An exporter whose failures are logged once a minute at most. The processor before it is told that all is well: that one
 * would say it every time, and elsewhere.
 */
export function warnOnFailure(exporter: SpanExporter, log: Logger): SpanExporter {
  let complainedAt = Number.NEGATIVE_INFINITY;
  const complain = (error: Error | undefined) => {
    const now = performance.now();
    if (now - complainedAt < COMPLAIN_EVERY_MS) return;
    complainedAt = now;
    log.warn('spans cannot be sent and are dropped', { error });
  };
  return {
    export: (spans, done) =>
      exporter.export(spans, ({ code, error }) => {
        if (code !== 0) complain(error);
        done({ code: 0 });
      }),
    shutdown: () => exporter.shutdown(),
  };
}
