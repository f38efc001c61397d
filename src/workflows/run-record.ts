import {
  ApplicationFailure,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Counted } from '../contract/activities';
import type { CheckResult } from '../contract/checks';
import { type ErrorCode, errors } from '../contract/errors';
import type { SwitchbackRequest } from '../contract/input';
import { describePair, type Pair, type PairObservation, type Situation } from '../contract/observation';
import type { Phase } from '../contract/phase';
import type { Alarm, Decision, Outcome, SwitchbackReport, TimelineEntry } from '../contract/report';
import { searchAttributes } from '../contract/search-attributes';
import type { SwitchbackStatus, Waiting } from '../contract/status';
import { currentDetails } from './console';

/** Situations that are wrong whenever they are seen, and how that is said. */
const ALARMS: Partial<Record<Situation, string>> = {
  'both-active': 'both services are active: two writable primaries',
  'none-active': 'neither service is active: nothing takes writes',
  'primary-failed': 'the primary service has failed',
  'recovery-failed': 'the recovery service has failed',
  'not-a-pair': 'the disaster_recovery integration no longer joins the two services',
  unreadable: 'the state of at least one service cannot be read',
};

/** The name under which a decision of the policy is recorded. */
export const POLICY = 'policy';

/** Everything a run knows about itself: the source of the query `status`, of Current Details and of the report. */
export class RunRecord {
  pair: Pair | undefined;
  situation: Situation | undefined;
  observed: PairObservation | undefined;
  waiting: Waiting | undefined;
  pointOfNoReturn: string | undefined;
  cancelRequestedAt: string | undefined;
  checks: CheckResult[] = [];
  /** True once both services were seen in motion. */
  moved = false;
  #phase: Phase = 'validate';
  #headline = 'The run has started.';
  #outcome: Outcome | undefined;
  readonly #timeline: TimelineEntry[] = [];
  readonly #alarms: Alarm[] = [];
  readonly #decisions: Decision[] = [];
  readonly #requests = { reads: 0, writes: 0 };

  constructor(readonly request: SwitchbackRequest) {
    upsertSearchAttributes([
      { key: searchAttributes.project, value: request.project },
      { key: searchAttributes.service, value: request.service },
      { key: searchAttributes.phase, value: this.#phase },
    ]);
    this.note(`input accepted: bring ${request.project}/${request.service} home`);
  }

  get phase(): Phase {
    return this.#phase;
  }

  get standingAlarms(): Alarm[] {
    return this.#alarms.filter((alarm) => alarm.until === undefined);
  }

  /** Enters a phase: the list, the timeline and the headline follow. */
  enter(phase: Phase, headline: string): void {
    if (phase !== this.#phase) upsertSearchAttributes([{ key: searchAttributes.phase, value: phase }]);
    this.#phase = phase;
    this.#headline = headline;
    this.waiting = undefined;
    this.note(headline);
  }

  /** Remembers the present phase and wait; the answer goes back to them. */
  bookmark(): () => void {
    const { waiting } = this;
    const phase = this.#phase;
    const headline = this.#headline;
    return () => {
      this.enter(phase, headline);
      this.waiting = waiting;
    };
  }

  get policyActed(): boolean {
    return this.#decisions.some(({ by }) => by === POLICY);
  }

  note(event: string): void {
    this.#timeline.push({ at: now(), phase: this.#phase, event });
    this.refresh();
  }

  waitFor(waiting: Omit<Waiting, 'since' | 'observed'>): void {
    this.waiting = { ...waiting, observed: this.#seen(), since: now() };
    this.refresh();
  }

  count({ requests }: Counted): void {
    this.#requests.reads += requests.reads;
    this.#requests.writes += requests.writes;
  }

  /** A write may have been sent by an attempt that could not report. */
  countLostWrite(): void {
    this.#requests.writes += 1;
  }

  /** Takes in what was just read of both services; opens and closes alarms. */
  saw(situation: Situation, observed: PairObservation): void {
    const changed = situation !== this.situation;
    this.situation = situation;
    this.observed = observed;
    if (situation === 'moving') this.moved = true;
    if (this.waiting !== undefined) this.waiting = { ...this.waiting, observed: this.#seen() };
    if (!changed) {
      this.refresh();
      return;
    }
    this.#closeAlarms((alarm) => !isOfTheRun(alarm));
    this.note(`${situation}: ${describePair(observed)}`);
    const alarm = ALARMS[situation];
    if (alarm !== undefined) this.alarm(situation, alarm);
  }

  alarm(cause: Alarm['cause'], message: string): void {
    this.#closeAlarms((alarm) => alarm.cause === cause);
    this.#alarms.push({ cause, message, since: now() });
    this.note(`ALARM: ${message}`);
  }

  /** Closes the alarms about the run itself: a person gave it more time, or it got there after all. */
  clearRunAlarms(): void {
    this.#closeAlarms(isOfTheRun);
    this.refresh();
  }

  decided(decision: Decision): void {
    this.#decisions.push(decision);
    this.note(`${decision.by} decided: ${decision.action} (${decision.reason})`);
  }

  status(): SwitchbackStatus {
    return {
      phase: this.#phase,
      headline: this.#headline,
      project: this.request.project,
      primary: this.request.service,
      timeline: this.#timeline,
      ...this.#optional(),
      ...present({ waiting: this.waiting, outcome: this.#outcome }),
    };
  }

  /** Ends the run well. */
  complete(outcome: Outcome, headline: string, next: string): SwitchbackReport {
    return this.#end(outcome, headline, next);
  }

  /** Ends the run badly: the failure to throw, its message a sentence, its first detail the report. */
  failure(code: ErrorCode, outcome: Outcome, headline: string, next?: string): ApplicationFailure {
    const advice = next ?? errors[code].remedy;
    const report = { ...this.#end(outcome, headline, advice), code };
    return ApplicationFailure.nonRetryable(`${code}: ${headline} Next: ${advice}`, code, report);
  }

  refresh(): void {
    setCurrentDetails(currentDetails(this.status()));
  }

  #end(outcome: Outcome, headline: string, next: string): SwitchbackReport {
    this.#outcome = outcome;
    upsertSearchAttributes([{ key: searchAttributes.outcome, value: outcome }]);
    this.enter('report', headline);
    const { workflowId, runId, startTime } = workflowInfo();
    return {
      outcome,
      headline,
      next,
      project: this.request.project,
      primary: this.request.service,
      ...this.#optional(),
      timeline: this.#timeline,
      requests: this.#requests,
      workflowId,
      runId,
      startedAt: startTime.toISOString(),
      endedAt: now(),
    };
  }

  /** Fields that status and report share, without the empty ones: a tool may show an empty list as null. */
  #optional() {
    return present({
      recovery: this.pair?.recovery ?? this.request.recovery,
      dialect: this.pair?.dialect,
      situation: this.situation,
      observed: this.observed,
      pointOfNoReturn: this.pointOfNoReturn,
      checks: nonEmpty(this.checks),
      alarms: nonEmpty(this.#alarms),
      decisions: nonEmpty(this.#decisions),
      cancelRequestedAt: this.cancelRequestedAt,
      requestedBy: this.request.requestedBy || undefined,
      reason: this.request.reason || undefined,
    });
  }

  #seen(): string {
    return this.observed === undefined ? 'nothing yet' : describePair(this.observed);
  }

  #closeAlarms(which: (alarm: Alarm) => boolean): void {
    for (const alarm of this.standingAlarms.filter(which)) alarm.until = now();
  }
}

function isOfTheRun({ cause }: Alarm): boolean {
  return cause === 'deadline' || cause === 'not-written';
}

export function now(): string {
  return new Date().toISOString();
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}
