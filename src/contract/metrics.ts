import type { MetricCounter, MetricGauge, MetricHistogram, MetricMeter } from '@temporalio/common';

/**
 * Every metric of our own; Temporal's SDK adds its `temporal_*` beside them. docs/observability.md, the alert rules and
 * the dashboard name only these, and a test compares. Labels hold nothing that grows with the number of runs.
 */
export const metrics = {
  runs: {
    name: 'switchback_runs_total',
    kind: 'counter',
    unit: '',
    labels: ['outcome', 'mode'],
    help: 'Runs that ended, by how.',
  },
  phaseSeconds: {
    name: 'switchback_phase_seconds',
    kind: 'histogram',
    unit: 'seconds',
    labels: ['phase'],
    help: 'How long runs were in a phase.',
    buckets: [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600],
  },
  gapSeconds: {
    name: 'switchback_write_gap_seconds',
    kind: 'histogram',
    unit: 'seconds',
    labels: [],
    help: 'How long no write through the Service URI was acknowledged: the measured RTO.',
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600],
  },
  lostRows: {
    name: 'switchback_lost_rows_total',
    kind: 'counter',
    unit: '',
    labels: [],
    help: 'Acknowledged rows of the write probe that were missing afterwards: the measured RPO.',
  },
  apiRequests: {
    name: 'switchback_api_requests_total',
    kind: 'counter',
    unit: '',
    labels: ['method', 'status'],
    help: 'Requests to the Aiven API, by HTTP status, or "none" when no reply came.',
  },
  rateLimitSeconds: {
    name: 'switchback_rate_limit_wait_seconds',
    kind: 'histogram',
    unit: 'seconds',
    labels: [],
    help: 'How long the Aiven API asked to wait, each time it did.',
    buckets: [1, 5, 10, 30, 60, 120, 300],
  },
  apiWaiting: {
    name: 'switchback_api_requests_waiting',
    kind: 'gauge',
    unit: '',
    labels: ['priority'],
    help: 'Requests of this worker that wait for their turn in the API budget, by "write", "check" or "poll".',
  },
  apiWaitSeconds: {
    name: 'switchback_api_turn_wait_seconds',
    kind: 'histogram',
    unit: 'seconds',
    labels: ['priority'],
    help: 'How long requests waited for their turn in the API budget.',
    buckets: [0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
  },
  apiRate: {
    name: 'switchback_api_rate',
    kind: 'gauge',
    unit: '',
    labels: [],
    help: 'Requests per second that this worker may send: its share of the API budget. 0 while the API asks to wait, NaN without a budget.',
  },
  alarmsOpen: {
    name: 'switchback_alarms_open',
    kind: 'gauge',
    unit: '',
    labels: ['cause'],
    help: 'Runs with an alarm, by its cause, as Temporal lists them: every worker reports the same.',
  },
  runsWaiting: {
    name: 'switchback_runs_waiting',
    kind: 'gauge',
    unit: '',
    labels: ['phase'],
    help: 'Runs that wait for a person, as Temporal lists them: every worker reports the same.',
  },
  rehearsedTimestamp: {
    name: 'switchback_rehearsed_timestamp_seconds',
    kind: 'gauge',
    unit: '',
    labels: ['project', 'service'],
    help: 'When a rehearsal or a drill of the pair last ended well, in Unix time, as Temporal lists them; 0 for never.',
  },
  lastGapSeconds: {
    name: 'switchback_last_write_gap_seconds',
    kind: 'gauge',
    unit: '',
    labels: ['project', 'service'],
    help: 'The write gap of the newest run of the pair that measured one, as Temporal lists them.',
  },
  lastLostRows: {
    name: 'switchback_last_lost_rows',
    kind: 'gauge',
    unit: '',
    labels: ['project', 'service'],
    help: 'The lost rows of the newest run of the pair that counted them, as Temporal lists them.',
  },
  notifications: {
    name: 'switchback_notifications_total',
    kind: 'counter',
    unit: '',
    labels: ['sink', 'result'],
    help: 'Deliveries of events, "delivered", "retried" or "lost".',
  },
} as const satisfies Record<string, MetricEntry>;

/** What a metric is called and says. A name ends as Prometheus shows it. */
export interface MetricEntry {
  name: string;
  kind: 'counter' | 'histogram' | 'gauge';
  /** Of a histogram. */
  unit: 'seconds' | '';
  labels: readonly string[];
  help: string;
  /** Upper bounds of a histogram: Temporal's default ones end at 10, and a switchback takes minutes. */
  buckets?: readonly number[];
}

/**
 * The instruments of a metric, wherever it is recorded: in a workflow, an activity or the worker itself. Prometheus shows
 * them under the name in the table, since the exporter appends `_total` to counters and the unit to histograms.
 */
export function counter(meter: MetricMeter, entry: MetricEntry): MetricCounter {
  return meter.createCounter(instrumentName(entry), entry.unit, entry.help);
}

export function histogram(meter: MetricMeter, entry: MetricEntry): MetricHistogram {
  return meter.createHistogram(instrumentName(entry), 'float', entry.unit, entry.help);
}

export function gauge(meter: MetricMeter, entry: MetricEntry): MetricGauge {
  return meter.createGauge(instrumentName(entry), 'float', entry.unit, entry.help);
}

/** A metric's name without what the exporter appends, which is nothing to a gauge. */
export function instrumentName({ name, kind }: MetricEntry): string {
  return kind === 'gauge' ? name : name.replace(/_(total|seconds)$/, '');
}
