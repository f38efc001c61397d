import { workflowInfo } from '@temporalio/workflow';
import type { RunEvent, RunEvents } from '../contract/events';
import type { SwitchbackRequest } from '../contract/input';
import type { Pair } from '../contract/observation';

/** What of an event is the same for all: its number and its time. */
type News = Omit<RunEvent, 'seq' | 'at'>;

/** What happened to a run, as events for machines; numbered without a gap. */
export class EventLog {
  readonly #events: RunEvent[] = [];

  constructor(private readonly request: SwitchbackRequest) {}

  add(news: News): void {
    const at = new Date().toISOString();
    this.#events.push({ seq: this.#events.length + 1, at, ...news });
  }

  /** Those after the one with this number. */
  after(seq: number, pair: Pair | undefined, ended: boolean): RunEvents {
    const { project, service, requestedBy, reason } = this.request;
    const { workflowId, runId } = workflowInfo();
    const recovery = pair?.recovery ?? this.request.recovery;
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
