import type { temporal } from '@temporalio/proto';
import type { SwitchbackReport } from '../contract/report';
import { compact } from '../util/compact';
import { type Json, toJson } from './canonical';
import { FactCollector } from './fact-collector';
import type { HistoryFact, RunStatus } from './facts';
import { type HistoryEvent, isoOf, msOf, nameOf } from './history-event';
import { decode, decodeAll } from './payload';

/** A history as `handle.fetchHistory()` gives it; `historyFromJSON` makes one of the JSON form. */
export type History = temporal.api.history.v1.IHistory;

/** The report, as JSON has it. */
export type Report = SwitchbackReport & { evidence?: unknown };

/** What a history says of a run. */
export interface ReadHistory {
  startedAt: string;
  /** When it was closed; absent while it runs. */
  closedAt?: string;
  /** Time of the newest event. */
  seenUntil: string;
  status: RunStatus;
  /** What the run was started with. */
  input: Json;
  /** The report that it ended with; absent when it has none. */
  report?: Report;
}

const STATUS_OF: Readonly<Record<string, RunStatus>> = {
  WORKFLOW_EXECUTION_COMPLETED: 'completed',
  WORKFLOW_EXECUTION_FAILED: 'failed',
  WORKFLOW_EXECUTION_CANCELED: 'cancelled',
  WORKFLOW_EXECUTION_TERMINATED: 'terminated',
  WORKFLOW_EXECUTION_TIMED_OUT: 'timed-out',
  WORKFLOW_EXECUTION_CONTINUED_AS_NEW: 'continued-as-new',
};

/** Reads what a history says of its run as a whole. */
export function readHistory(history: History): ReadHistory {
  const events = history.events ?? [];
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) throw new Error('the history is empty');
  const status = STATUS_OF[nameOf(last)] ?? 'running';
  const report = reportIn(last);
  return {
    startedAt: isoOf(first),
    ...(status === 'running' ? {} : { closedAt: isoOf(last) }),
    seenUntil: isoOf(last),
    status,
    input: decodeAll(first.workflowExecutionStartedEventAttributes?.input) ?? null,
    ...compact({ report }),
  };
}

/**
 * What a history says, fact by fact, in order of time.
 *
 * @param endedAt when the report was made: only what was in history by then counts. That is the same whether it is asked
 * for while the run ends, or any time later. Without it everything counts.
 */
export function factsOf(history: History, endedAt?: string): HistoryFact[] {
  const collector = new FactCollector(endedAt === undefined);
  for (const event of upTo(history.events ?? [], endedAt)) collector.take(event);
  return collector.facts();
}

/**
 * The workflow's clock stands still at the begin of a workflow task, so that `endedAt` names the task in which the
 * report was made. What follows its begin, and so what came of it, cannot be in history while it is still under way.
 */
function upTo(events: HistoryEvent[], endedAt: string | undefined): HistoryEvent[] {
  if (endedAt === undefined) return events;
  const end = Date.parse(endedAt);
  const task = events.findIndex((event) => nameOf(event) === 'WORKFLOW_TASK_STARTED' && msOf(event) >= end);
  return (task < 0 ? events : events.slice(0, task)).filter((event) => msOf(event) <= end);
}

function reportIn(last: HistoryEvent): Report | undefined {
  const payloads =
    last.workflowExecutionCompletedEventAttributes?.result ??
    last.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo?.details;
  const [payload] = payloads?.payloads ?? [];
  const value = payload ? decode(payload) : null;
  return isReport(value) ? (value as unknown as Report) : undefined;
}

/** Anybody's workflow may have this type's name; what lacks these fields is no report that could be shown. */
function isReport(value: Json): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { outcome, headline, endedAt, timeline, requests } = value;
  const texts = [outcome, headline, endedAt].every((text) => typeof text === 'string');
  const isInTime = !Number.isNaN(Date.parse(String(endedAt)));
  return texts && isInTime && Array.isArray(timeline) && typeof requests === 'object' && requests !== null;
}

/** The report without where its evidence is kept, which cannot be known before it is. */
export function withoutEvidence(report: Report): Json {
  const { evidence: _, ...rest } = report;
  return toJson(rest);
}
