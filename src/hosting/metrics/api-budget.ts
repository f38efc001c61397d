import type { MetricMeter } from '@temporalio/common';
import type { Priority, RequestBudget } from '../../aiven';
import { gauge, histogram, metrics } from '../../contract/metrics';

const LOOK_EVERY_MS = 1_000;

/** Tells how long each request waited for its turn. */
export function turnRecorder(meter: MetricMeter): (priority: Priority, waitedMs: number) => void {
  const waits = histogram(meter, metrics.apiWaitSeconds);
  return (priority, waitedMs) => waits.record(waitedMs / 1_000, { priority });
}

/** Shows how many requests wait, and the present rate, until `stop` fires. */
export function showBudget(budget: RequestBudget, meter: MetricMeter, stop: AbortSignal): void {
  const waiting = gauge(meter, metrics.apiWaiting);
  const rate = gauge(meter, metrics.apiRate);
  const look = () => {
    const now = budget.reading;
    for (const [priority, count] of Object.entries(now.waiting)) waiting.set(count, { priority });
    rate.set(now.perSecond ?? Number.NaN);
  };
  look();
  const looks = setInterval(look, LOOK_EVERY_MS);
  looks.unref();
  stop.addEventListener('abort', () => clearInterval(looks), { once: true });
}
