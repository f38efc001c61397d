import type { MetricMeter } from '@temporalio/common';
import type { RequestRecord } from '../../aiven';
import { counter, histogram, metrics } from '../../contract/metrics';

/** Counts requests to the Aiven API, and how long it asked to wait. */
export function requestCounter(meter: MetricMeter): (record: RequestRecord) => void {
  const requests = counter(meter, metrics.apiRequests);
  const waits = histogram(meter, metrics.rateLimitSeconds);
  return ({ method, status, retryAfterMs }) => {
    requests.add(1, { method, status: status === undefined ? 'none' : String(status) });
    if (retryAfterMs !== undefined) waits.record(retryAfterMs / 1_000);
  };
}
