import { type ApplicationFailure, log } from '@temporalio/workflow';
import type { Counted, Preflight } from '../../contract/activities';
import { type Alarm, alarmRow } from '../../contract/alarm';
import { briefly } from '../../contract/briefly';
import { type Acknowledgement, withAcknowledgements } from '../../contract/checks';
import { type ErrorCode, errors } from '../../contract/errors';
import { type RunEvents, runEndOf } from '../../contract/events';
import type { SwitchbackRequest } from '../../contract/input';
import { describePair, type PairObservation, type Situation } from '../../contract/observation';
import type { Outcome } from '../../contract/outcome';
import { type Phase, phases } from '../../contract/phase';
import type { Move } from '../../contract/procedure';
import { failBody, promotions, rebuildBody } from '../../contract/promotion';
import type { SwitchbackReport } from '../../contract/report';
import type { SwitchbackStatus, Waiting } from '../../contract/status';
import { compact } from '../../util/compact';
import { now } from '../../util/now';
import { Alarms } from './alarms';
import { EventLog } from './event-log';
import { pendingAcknowledgements } from './findings';
import { Measurements } from './measurements';
import { Operators } from './operators';
import { type Ending, RunState } from './run-state';
import { answersOf, failureWith, reportOf, statusOf } from './run-views';
import { countEnd, listPhase, listRun, showDetails, timePhase } from './visibility';

/** What happens to a run is written down here; its status, Current Details, events and report follow. */
export class RunRecord extends RunState {
  override readonly operators = new Operators((note, act) => {
    this.note(note);
    if (act !== undefined) this.#events.personActed(act.what, act);
  });
  #enteredAt = Date.now();
  /** True once this phase has told others that it needs a person. */
  #asked = false;
  readonly #alarms = new Alarms((alarm) => this.#events.alarmChanged(alarm));
  readonly #events: EventLog;

  constructor(request: SwitchbackRequest) {
    super(request);
    this.#events = new EventLog(request, () => ({
      phase: this.phase,
      headline: this.headline,
      ...compact({ situation: this.situation }),
    }));
    listRun(request, this.phase);
    this.note(`input accepted: ${this.procedure.aim(`${request.project}/${request.service}`)}`);
    this.#events.phaseEntered();
  }

  override get alarms(): readonly Alarm[] {
    return this.#alarms.all;
  }

  /** Enters a phase: the list, the timeline and the headline follow. */
  enter(phase: Phase, headline: string): void {
    const isNew = phase !== this.phase;
    if (isNew) {
      listPhase(phase, this.ending && { outcome: this.ending.outcome, ...this.cost });
      timePhase(this.phase, Date.now() - this.#enteredAt);
      this.#enteredAt = Date.now();
    }
    this.phase = phase;
    this.headline = headline;
    this.#asked = false;
    this.waiting = undefined;
    this.note(headline);
    if (isNew) this.#events.phaseEntered();
  }

  /** Remembers the present phase and wait; the answer goes back to them. */
  bookmark(): () => void {
    const { waiting } = this;
    const phase = this.phase;
    const headline = this.headline;
    return () => {
      this.enter(phase, headline);
      this.waiting = waiting;
      this.#ask();
      this.refresh();
    };
  }

  note(event: string): void {
    this.timeline.push({ at: now(), phase: this.phase, event });
    log.info(event, { phase: this.phase });
    this.refresh();
  }

  /** @param waiting what was observed is by default what was seen of both services. */
  waitFor(waiting: Omit<Waiting, 'since' | 'observed'> & { observed?: string }): void {
    const since = this.waiting?.for === waiting.for ? this.waiting.since : now();
    this.waiting = { observed: this.seen, ...waiting, since };
    this.#ask();
    this.refresh();
  }

  count({ requests }: Counted): void {
    this.requests.reads += requests.reads;
    this.requests.writes += requests.writes;
  }

  /** Takes in the answer of the preflight; acknowledgements given before still count. */
  recordPreflight(preflight: Preflight): void {
    this.count(preflight);
    this.checks = withAcknowledgements(preflight.checks, this.operators.acknowledgements);
    this.measured.database = preflight.database;
    this.measured.recordLag(preflight.database?.lag);
    this.measured.settingsBefore = preflight.settings;
    this.recordObservation(preflight.situation, preflight.observed);
  }

  /** Writes down what would be written, for the approver and for the second look. */
  recordPlan({ critical, fingerprint }: Preflight, approvalRequired: boolean): void {
    const { project, dialect, primary, [this.target]: promoted } = this.requirePair;
    const writes = {
      promote: { service: promoted, body: promotions[dialect] },
      fail: { service: primary, body: failBody },
      rebuild: { service: primary, body: rebuildBody },
    };
    const { service, body } = writes[this.move.write];
    this.plan = {
      request: {
        method: 'PUT',
        path: `/v1/project/${project}/service/${service}`,
        body: { ...body },
      },
      fingerprint,
      facts: critical,
      approvalRequired,
      toAcknowledge: pendingAcknowledgements(this),
      ...(this.destroys === undefined ? {} : { destroys: this.destroys, loss: this.measured.loss }),
    };
  }

  /** The first that is given for a check counts. */
  acknowledge(given: Acknowledgement): Acknowledgement {
    const { acknowledgements } = this.operators;
    const before = acknowledgements.find(({ check }) => check === given.check);
    if (before !== undefined) return before;
    acknowledgements.push(given);
    this.checks = withAcknowledgements(this.checks, acknowledgements);
    this.note(`${given.by} acknowledged ${given.check} (${given.reason})`);
    this.#events.personActed(`acknowledged ${given.check}`, given);
    return given;
  }

  /** A write may have been sent by an attempt that could not report. */
  countLostWrite(): void {
    this.requests.writes += 1;
  }

  /** Takes in what was just read of both services; opens and closes alarms. */
  recordObservation(situation: Situation, observed: PairObservation): void {
    const changed = situation !== this.situation;
    this.situationsSeen.add(situation);
    this.situation = situation;
    this.observed = observed;
    if (situation === 'moving') this.moved = true;
    if (this.waiting !== undefined) this.waiting = { ...this.waiting, observed: this.seen };
    if (!changed) {
      this.refresh();
      return;
    }
    this.changes += 1;
    this.#alarms.clear((alarm) => alarmRow(alarm.cause).about === 'pair');
    this.note(`${situation}: ${describePair(observed)}`);
    const { message } = alarmRow(situation);
    // What a rebuild begins with, and what a failover makes, is no news.
    const isOfMove = this.move.write === 'rebuild' || (this.move.write === 'fail' && this.mayHaveWritten);
    const isExpected = isOfMove && (situation === 'primary-failed' || situation === 'failed-over');
    if (message !== undefined && !isExpected) this.alarm(situation, goneFrom(observed) ?? message);
  }

  alarm(cause: Alarm['cause'], message: string): void {
    this.note(`ALARM: ${message}`);
    this.#alarms.raise(cause, message);
    this.refresh();
  }

  /** As {@link alarm}, for what is found again and again: it stands since it was found first, with the newest words. */
  keepAlarm(cause: Alarm['cause'], message: string): void {
    const standing = this.standingAlarms.find((alarm) => alarm.cause === cause);
    if (standing === undefined) this.alarm(cause, message);
    else standing.message = message;
  }

  /** Closes the alarms about the run itself: a person gave it more time, or it got there after all. */
  clearRunAlarms(): void {
    this.#alarms.clear(({ cause }) => alarmRow(cause).about === 'run');
    this.refresh();
  }

  status(): SwitchbackStatus {
    return statusOf(this);
  }

  /** What happened after the event with this number. */
  events(after = 0): RunEvents {
    const recovery = this.pair?.recovery ?? this.request.recovery;
    return this.#events.after(after, { recovery, ended: this.hasEnded });
  }

  /** Ends the run well. */
  complete(ending: Ending): SwitchbackReport {
    return this.#end(ending);
  }

  /** The present move has ended well, and another one follows: it looks at the pair afresh. */
  beginMove(next: Move, outcome: Outcome): void {
    const { pointOfNoReturn, measured } = this;
    const { probe, proof } = measured;
    this.legs.push({
      move: this.moveName,
      outcome,
      endedAt: now(),
      ...compact({ pointOfNoReturn, probe, proof }),
    });
    this.moveName = next;
    this.measured = new Measurements();
    // Whether there is access does not change; what was there is read again.
    this.measured.database = measured.database;
    this.mayHaveWritten = false;
    this.pointOfNoReturn = undefined;
    this.plan = undefined;
    this.moved = false;
    this.hadNoEffect = false;
    this.operators.approval = undefined;
  }

  /** Ends the run badly: the failure to throw, its message a sentence, its first detail the report. */
  failure(code: ErrorCode, outcome: Outcome, headline: string, next?: string): ApplicationFailure {
    const whole = { headline, next: next ?? errors[code].remedy };
    const brief = briefly(code, this.request.service, whole);
    if (brief.headline.endsWith('…')) this.note(headline);
    return failureWith(this.#end({ code, outcome, ...brief }));
  }

  refresh(): void {
    showDetails(this.status());
  }

  /** The report of a run that has ended. */
  report(): SwitchbackReport {
    if (this.ending === undefined) throw new Error('the report is wanted before the end');
    return reportOf(this, this.ending);
  }

  #end(ending: Ending): SwitchbackReport {
    this.ending = ending;
    const { outcome, headline } = ending;
    this.enter('report', headline);
    const probes = [...this.legs, this.measured].flatMap(({ probe }) => probe ?? []);
    countEnd(outcome, this.request.mode, probes);
    const report = this.report();
    this.#events.runEnded(runEndOf(report));
    return report;
  }

  /** Tells others, once, that the run waits for a person. */
  #ask(): void {
    if (this.waiting === undefined || this.#asked || !phases[this.phase].asks) return;
    this.#asked = true;
    this.#events.personNeeded(this.waiting, answersOf(this));
  }
}

/** A service that vanished is worse than one that cannot be read now. */
function goneFrom({ primary, recovery }: PairObservation): string | undefined {
  const gone = [primary, recovery].filter((side) => !side.readable && side.gone);
  if (gone.length === 0) return undefined;
  return `${gone.map(({ service }) => service).join(' and ')} vanished: the API says that there is no such service`;
}
