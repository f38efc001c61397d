import type { WorkflowExecutionInfo, WorkflowHandle } from '@temporalio/client';
import type { CatchUpProgress, Progress, SwitchbackActivities, WatchProgress } from '../contract/activities';
import type { SwitchbackError } from '../contract/errors';
import { askingPhases } from '../contract/phase';
import { OF_A_PROCEDURE, type Procedure, procedureOf } from '../contract/procedure';
import { searchAttributes } from '../contract/search-attributes';
import type { SwitchbackStatus } from '../contract/status';

/** What Temporal knows of a run by itself; no worker is asked. */
export interface RunSummary {
  workflowId: string;
  runId: string;
  /** What it does; absent for a workflow that is none of ours. */
  procedure?: Procedure;
  /** Absent, as are the next two, until a worker has taken the run up. */
  project?: string;
  service?: string;
  phase?: string;
  /** The cause of the newest alarm that stands; absent while none does. */
  alarm?: string;
  /** Absent, too, while it goes on, and when it ended without a report. */
  outcome?: string;
  /** The longest time without an acknowledged write of its moves, seconds; absent when it was not measured. */
  gapSeconds?: number;
  /** Acknowledged rows that its moves lost; absent when they were not counted. */
  lostRows?: number;
  /** Temporal's word: `running`, `completed`, `failed`, `cancelled`, `terminated`, `timed_out`. */
  status: string;
  /** ISO 8601. */
  startedAt: string;
  /** Absent while it goes on. */
  closedAt?: string;
}

/** Which runs to list. */
export interface ListFilter {
  project?: string;
  service?: string;
  /**
   * `running`: going on. `waiting`: going on, and waiting for a person. `failed`: ended, and not as a good run does.
   * Default: all.
   */
  only?: 'running' | 'waiting' | 'failed';
  /** At most so many, the newest ones. Default 20. */
  limit?: number;
}

/** What a run says about itself, with what its waiting activity saw last. */
export interface LiveStatus extends SwitchbackStatus {
  workflowId: string;
  /** What the activity that the run waits for saw last, fresher than `observed`; only while it waits. */
  live?: Progress & Partial<WatchProgress> & Partial<Pick<CatchUpProgress, 'looks'>>;
}

/** How {@link SwitchbackClient.watch} watches. */
export interface WatchOptions {
  /** How often, milliseconds. Default 1000. */
  pollMs?: number;
  /** Default: the newest run of that id, also when that changes meanwhile. */
  runId?: string;
  /** Ends the watching at once and without an error; the run is left alone. */
  signal?: AbortSignal;
  /** Called when Temporal or the worker does not answer: once for each, until one of them does again. */
  onSilence?: (error: SwitchbackError) => void;
}

const ONLY: Record<NonNullable<ListFilter['only']>, string> = {
  running: `ExecutionStatus = 'Running'`,
  waiting: `ExecutionStatus = 'Running' AND ${searchAttributes.phase.name} IN (${askingPhases.map((phase) => `'${phase}'`).join(', ')})`,
  failed: `ExecutionStatus IN ('Failed', 'Canceled', 'Terminated', 'TimedOut')`,
};

/** The filter in the language of Temporal's visibility. */
export function queryOf({ project, service, only }: ListFilter): string {
  return [
    OF_A_PROCEDURE,
    ...(project === undefined ? [] : [`${searchAttributes.project.name} = '${project}'`]),
    ...(service === undefined ? [] : [`${searchAttributes.service.name} = '${service}'`]),
    ...(only === undefined ? [] : [ONLY[only]]),
  ].join(' AND ');
}

/** What Temporal's list says of a run. */
export function summaryOf(info: Omit<WorkflowExecutionInfo, 'raw'>): RunSummary {
  const { workflowId, runId, type, status, startTime, closeTime, typedSearchAttributes: known } = info;
  const found = {
    procedure: procedureOf(type),
    project: known.get(searchAttributes.project),
    service: known.get(searchAttributes.service),
    phase: known.get(searchAttributes.phase),
    alarm: known.get(searchAttributes.alarm),
    outcome: known.get(searchAttributes.outcome),
    gapSeconds: known.get(searchAttributes.gapSeconds),
    lostRows: known.get(searchAttributes.lostRows),
    closedAt: closeTime?.toISOString(),
  };
  return {
    workflowId,
    runId,
    ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
    status: status.name.toLowerCase(),
    startedAt: startTime.toISOString(),
  };
}

/** The activities that wait; the write probe runs beside them, and is not what the run waits for. */
const WAITS: readonly (keyof SwitchbackActivities)[] = ['watchPair', 'catchUp', 'prove', 'watchEndpoint'];

/** What the activity that a run waits for has said last. */
export function progressIn(description: Awaited<ReturnType<WorkflowHandle['describe']>>): LiveStatus['live'] {
  for (const activity of description.raw.pendingActivities ?? []) {
    const { data, metadata } = activity.heartbeatDetails?.payloads?.[0] ?? {};
    // Anything else was encoded by a codec of the caller's.
    const plain = Buffer.from(metadata?.encoding ?? []).toString() === 'json/plain';
    if (data?.length && plain && WAITS.some((name) => name === activity.activityType?.name)) {
      return JSON.parse(Buffer.from(data).toString('utf8')) as Progress;
    }
  }
  return undefined;
}
