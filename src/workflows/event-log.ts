import { workflowInfo } from '@temporalio/workflow';
import type { EventSeverity, RunEvent, RunEvents } from '../contract/events';
import type { SwitchbackRequest } from '../contract/input';
import type { Alarm, Outcome } from '../contract/report';

/** An event without what the log adds: its number and its time. */
export type News = Omit<RunEvent, 'seq' | 'at'>;

/** What happened to a run, as events for machines: numbered without a gap, the same in every replay. */
export class EventLog {
  readonly #events: RunEvent[] = [];

  constructor(private readonly request: SwitchbackRequest) {}

  add(news: News): void {
    const at = new Date().toISOString();
    this.#events.push({ seq: this.#events.length + 1, at, ...news });
  }

  /** The events after the one with this number. */
  after(seq: number, { recovery, ended }: { recovery: string | undefined; ended: boolean }): RunEvents {
    const { project, service, requestedBy, reason } = this.request;
    const { workflowId, runId } = workflowInfo();
    return {
      run: {
        project,
        primary: service,
        ...(recovery === undefined ? {} : { recovery }),
        workflowId,
        runId,
        ...(requestedBy === '' ? {} : { requestedBy }),
        ...(reason === '' ? {} : { reason }),
      },
      events: this.#events.slice(seq),
      ended,
    };
  }
}

/** Alarms with which applications may well have nothing to write to, or too much. */
const CRITICAL_ALARMS: readonly Alarm['cause'][] = [
  'both-active',
  'none-active',
  'primary-failed',
  'deadline',
  'unproven',
];

export function severityOfAlarm({ cause }: Alarm): EventSeverity {
  return CRITICAL_ALARMS.includes(cause) ? 'critical' : 'warning';
}

const END_SEVERITIES: Partial<Record<Outcome, EventSeverity>> = {
  blocked: 'warning',
  aborted: 'warning',
  'not-switched': 'warning',
  'returned-to-recovery': 'warning',
  'given-up': 'critical',
};

export function severityOfEnd(outcome: Outcome): EventSeverity {
  return END_SEVERITIES[outcome] ?? 'info';
}
