import { workflowInfo } from '@temporalio/workflow';
import { type Alarm, alarmRow } from '../../contract/alarm';
import type { Answer } from '../../contract/answers';
import type { RunEnd, RunEvent, RunEvents } from '../../contract/events';
import type { SwitchbackRequest } from '../../contract/input';
import { type Outcome, outcomes } from '../../contract/outcome';
import type { Waiting } from '../../contract/status';
import { compact } from '../../util/compact';
import { now } from '../../util/now';
import { firstPage } from './budget';

/** What is true of the run at the moment of an event. */
type Present = Pick<RunEvent, 'phase' | 'headline' | 'situation'>;

/** What happened to a run, as events for machines: numbered without a gap, the same in every replay. */
export class EventLog {
  readonly #events: RunEvent[] = [];

  /** @param present asked at every event. */
  constructor(
    private readonly request: SwitchbackRequest,
    private readonly present: () => Present,
  ) {}

  phaseEntered(): void {
    this.#add({
      type: 'switchback.phase.entered',
      severity: 'info',
      summary: this.present().headline,
    });
  }

  alarmChanged(alarm: Alarm): void {
    const stands = alarm.until === undefined;
    this.#add({
      type: stands ? 'switchback.alarm.raised' : 'switchback.alarm.cleared',
      severity: stands ? alarmRow(alarm.cause).severity : 'info',
      summary: stands ? alarm.message : `over: ${alarm.message}`,
      alarm: { ...alarm },
    });
  }

  personNeeded({ for: what, until }: Waiting, answers: Answer[]): void {
    const { phase, headline } = this.present();
    this.#add({
      type: 'switchback.person.needed',
      severity: phase === 'needs-operator' ? 'critical' : 'warning',
      summary: headline,
      need: { for: what, answers, ...compact({ until }) },
    });
  }

  personActed(what: string, { by, reason }: { by: string; reason: string }): void {
    const summary = `${by}: ${what} (${reason})`;
    this.#add({ type: 'switchback.person.acted', severity: 'info', summary, act: { what, by, reason } });
  }

  runEnded(end: RunEnd & { outcome: Outcome }): void {
    const severity = outcomes[end.outcome].severity;
    this.#add({ type: 'switchback.run.ended', severity, summary: this.present().headline, end });
  }

  /** The events after the one with this number, as many as fit into one answer; `ended` comes with the last of them. */
  after(seq: number, { recovery, ended }: { recovery: string | undefined; ended: boolean }): RunEvents {
    const { project, service, procedure, mode, requestedBy, reason } = this.request;
    const from = Math.max(0, Number(seq) || 0);
    const events = firstPage(this.#events.slice(from));
    const { workflowId, runId } = workflowInfo();
    return {
      run: {
        ...(procedure === 'switchback' ? {} : { procedure }),
        project,
        primary: service,
        mode,
        ...compact({ recovery }),
        workflowId,
        runId,
        ...(requestedBy === '' ? {} : { requestedBy }),
        ...(reason === '' ? {} : { reason }),
      },
      events,
      ended: ended && from + events.length >= this.#events.length,
    };
  }

  #add(news: Omit<RunEvent, 'seq' | 'at' | keyof Present>): void {
    const { phase, headline, situation } = this.present();
    const at = now();
    const present = { phase, headline, ...compact({ situation }) };
    this.#events.push({ seq: this.#events.length + 1, at, ...news, ...present });
  }
}
