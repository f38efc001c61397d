/** The name under which the workflow that tells others about a run is exported. */
export const NOTIFIER_WORKFLOW_TYPE = 'notifierWorkflow';

/**
 * One notifier for each run that was started; after a Reset it follows the new run. The workflow id is no part of it:
 * that one may be as long as Temporal allows.
 */
export function notifierIdOf(firstRunId: string): string {
  return `switchback-notifier.${firstRunId}`;
}

/** The run whose events are to be told. */
export interface NotifyInput {
  workflowId: string;
  runId: string;
}

/** How far one sink got. */
export interface SinkProgress {
  /** The sink's name in the configuration. */
  sink: string;
  /** The number of the newest event that it has got, or that was given up. */
  upTo: number;
  /** How many events it has taken. */
  delivered: number;
  /** Events that were given up, with the reason: refused for good, or nobody there until the time was over. */
  undelivered: Undelivered[];
  /** Set while deliveries fail. */
  failing?: {
    /** ISO 8601. */
    since: string;
    attempts: number;
    /** What the last attempt met; never holds a secret. */
    error: string;
  };
  /** What the sink must remember from one event to the next, such as which message it is to update. */
  memory?: Record<string, string>;
}

export interface Undelivered {
  seq: number;
  why: string;
}

/** Heartbeat details of `notify`, and its result. */
export interface NotifyProgress {
  sinks: SinkProgress[];
}

/** A sink that has not got everything when the run ended; deliveries are tried for an hour more. */
export interface UndeliveredNotifications {
  sink: string;
  /** How many events of this run it will not get. */
  lost: number;
  /** What stands in the way, in words. */
  problem: string;
  /** ISO 8601; absent when single events were refused and others are taken. */
  since?: string;
}
