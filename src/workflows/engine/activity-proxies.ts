import {
  ActivityCancellationType,
  type ActivityOptions,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { SwitchbackActivities } from '../../contract/activities';

/** A worker that has not been heard of for so long is dead, and another one goes on. Each activity beats every 2 s. */
const DEAD_AFTER = '10s';

/**
 * Reads before the write: the activity decides itself when to stop trying and to say what is unknown. All of them take 45 s
 * at most; the rest is for their turn, where many share one budget of requests.
 */
const READ: ActivityOptions = {
  startToCloseTimeout: '15m',
  heartbeatTimeout: DEAD_AFTER,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
};

/**
 * The write is attempted once per call: an attempt that died may have been applied, and only the workflow, after
 * reading both services, may decide on another. Two reads, the record that it is about to send, and one write, of at most
 * 10 s each, take 35 s; the rest is for their turn, which comes before the first of them.
 */
const WRITE: ActivityOptions = {
  startToCloseTimeout: '15m',
  heartbeatTimeout: DEAD_AFTER,
  retry: { maximumAttempts: 1 },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  // Where many runs share a worker, a promotion does not wait behind their reads.
  priority: { priorityKey: 1 },
};

/**
 * Waiting: one heartbeating call however long it takes. A dead worker is noticed within the heartbeat time-out and
 * the next one goes on. The day is no deadline, only the point where a fresh attempt takes over.
 */
const WATCH: ActivityOptions = {
  startToCloseTimeout: '24h',
  heartbeatTimeout: DEAD_AFTER,
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
};

/** As {@link WATCH}, but it has something to say when it is cancelled, and the run waits for that. */
const MEASURE: ActivityOptions = {
  ...WATCH,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
};

/** The activities by retry personality; the summary is what the UI's timeline shows. */
export const read = (summary: string, more: ActivityOptions = {}) =>
  proxyActivities<Pick<SwitchbackActivities, 'discover' | 'preflight' | 'verify'>>({
    ...READ,
    ...more,
    summary,
  });
export const write = (summary: string) =>
  proxyActivities<Pick<SwitchbackActivities, 'promote' | 'fail' | 'rebuild'>>({ ...WRITE, summary });
export const watch = (summary: string) =>
  proxyActivities<Pick<SwitchbackActivities, 'watchPair' | 'catchUp' | 'prove' | 'watchEndpoint'>>({
    ...WATCH,
    summary,
  });
export const measure = (summary: string) =>
  proxyActivities<Pick<SwitchbackActivities, 'probeWrites'>>({ ...MEASURE, summary });
export const inspect = (summary: string) =>
  proxyActivities<Pick<SwitchbackActivities, 'inspectLock'>>({ ...READ, summary });

/** What it did not end on the first try it does not end: a session that is gone needs no second try. */
export const endSessions = (summary: string) =>
  proxyActivities<Pick<SwitchbackActivities, 'endOldSessions'>>({
    ...READ,
    retry: { maximumAttempts: 2 },
    summary,
  });

/** Before anything else, and of no use for long: one event, and no question to the server. */
export const { terms } = proxyLocalActivities<Pick<SwitchbackActivities, 'terms'>>({
  startToCloseTimeout: '10s',
  summary: 'what this worker demands of every run',
});

/** What a notifier knows; an answer that is late is none. */
export const { undelivered } = proxyLocalActivities<Pick<SwitchbackActivities, 'undelivered'>>({
  scheduleToCloseTimeout: '3s',
  summary: 'notifications that are still to be sent',
  retry: { maximumAttempts: 1 },
});

export const tell = (summary: string) =>
  proxyActivities<Pick<SwitchbackActivities, 'notify'>>({ ...WATCH, summary });

/** One event in the history, whatever becomes of it: nothing may hold up the end of a run for long. */
export const { keepEvidence } = proxyLocalActivities<Pick<SwitchbackActivities, 'keepEvidence'>>({
  scheduleToCloseTimeout: '90s',
  summary: 'keep the evidence',
  startToCloseTimeout: '80s',
  retry: { maximumAttempts: 2 },
});
