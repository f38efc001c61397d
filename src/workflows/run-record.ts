import {
  ApplicationFailure,
  log,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Counted, Preflight } from '../contract/activities';
import { type Answer, answersTo } from '../contract/answers';
import { briefly, messageOf } from '../contract/briefly';
import {
  type Acknowledgement,
  type CheckId,
  type CheckResult,
  stops,
  withAcknowledgements,
} from '../contract/checks';
import { type ErrorCode, errors } from '../contract/errors';
import { type RunEvents, runEndOf } from '../contract/events';
import type { SwitchbackRequest } from '../contract/input';
import {
  type Dialect,
  describePair,
  type Pair,
  type PairObservation,
  type Situation,
} from '../contract/observation';
import { ASKING_PHASES, type Phase } from '../contract/phase';
import type {
  AbortRequest,
  Alarm,
  Approval,
  Decision,
  Outcome,
  Plan,
  SwitchbackReport,
  TimelineEntry,
} from '../contract/report';
import { searchAttributes } from '../contract/search-attributes';
import type { SwitchbackStatus, Waiting } from '../contract/status';
import { mayPromote } from '../rules/moves';
import { notProven } from '../rules/not-proven';
import { parityOf } from '../rules/parity';
import { Alarms } from './alarms';
import { fitting, fittingTimeline } from './budget';
import { currentDetails } from './current-details';
import { EventLog } from './event-log';
import { Measurements } from './measurements';
import { countEnd, timePhase } from './metrics';

/** Situations that are wrong whenever they are seen, and how that is said. */
const ALARMS: Partial<Record<Situation, string>> = {
  'both-active': 'both services are active: two writable primaries',
  'none-active': 'neither service is active: nothing takes writes',
  'primary-failed': 'the primary service has failed',
  'recovery-failed': 'the recovery service has failed',
  'not-a-pair': 'the disaster_recovery integration no longer joins the two services',
  unreadable: 'the state of at least one service cannot be read',
};

/** What the one write says, in each dialect. */
const PROMOTION_BODY: Record<Dialect, Record<string, unknown>> = {
  role: { disaster_recovery_role: 'active' },
  'promote-to-master': { disaster_recovery_promote_to_master: true },
};

/** Ends with the pair where it belongs; a Service URI that leads elsewhere is then all that is wrong. */
const HOME: readonly Outcome[] = ['switched-back', 'already-primary'];

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
  plan: Plan | undefined;
  abortRequested: AbortRequest | undefined;
  /** True once a promotion was sent that may count: only then is there something to finish, or to undo. */
  mayHaveWritten = false;
  readonly measured = new Measurements();
  /** How often the situation has changed. */
  changes = 0;
  /** True when the API's reply proves that somebody else's promotion came before this run's. */
  hadNoEffect = false;
  /** True once both services were seen in motion. */
  moved = false;
  #phase: Phase = 'validate';
  #headline = 'The run has started.';
  #enteredAt = Date.now();
  /** True once this phase has told others that it needs a person. */
  #asked = false;
  #ending: Ending | undefined;
  readonly #timeline: TimelineEntry[] = [];
  readonly #alarms = new Alarms((alarm) => this.#events.alarmChanged(alarm));
  readonly #events: EventLog;
  readonly #decisions: Decision[] = [];
  readonly #approvals: Approval[] = [];
  readonly #acknowledgements: Acknowledgement[] = [];
  readonly #requests = { reads: 0, writes: 0 };

  constructor(readonly request: SwitchbackRequest) {
    this.#events = new EventLog(request, () => ({
      phase: this.#phase,
      headline: this.#headline,
      ...present({ situation: this.situation }),
    }));
    upsertSearchAttributes([
      { key: searchAttributes.project, value: request.project },
      { key: searchAttributes.service, value: request.service },
      { key: searchAttributes.phase, value: this.#phase },
    ]);
    this.note(`input accepted: bring ${request.project}/${request.service} home`);
    this.#events.phaseEntered();
  }

  get phase(): Phase {
    return this.#phase;
  }

  get standingAlarms(): Alarm[] {
    return this.#alarms.standing;
  }

  /** True while a promotion is on its way, too: whether that one counts is not known yet. */
  get isPastPointOfNoReturn(): boolean {
    return this.mayHaveWritten || this.pointOfNoReturn !== undefined;
  }

  get hasEnded(): boolean {
    return this.#ending !== undefined;
  }

  get isStalled(): boolean {
    return this.standingAlarms.some(({ cause }) => cause === 'stalled');
  }

  /** The pair, for the steps after discovery. */
  get requirePair(): Pair {
    if (this.pair === undefined) throw new Error('the pair is used before it was discovered');
    return this.pair;
  }

  /** The last that was seen of both services, in one line. */
  get seen(): string {
    return this.observed === undefined ? 'nothing was read' : describePair(this.observed);
  }

  /** Whether the table of moves allows a return to the recovery service for what was seen last. */
  get mayReturn(): boolean {
    const { situation, observed } = this;
    return situation !== undefined && observed !== undefined && mayPromote('recovery', situation, observed);
  }

  /** Checks that stop the run and that nobody may pass over. */
  get hardFindings(): CheckResult[] {
    return this.checks.filter((check) => check.severity === 'block' && stops(check));
  }

  isAcknowledged(id: CheckId): boolean {
    return this.checks.some((check) => check.id === id && check.acknowledged !== undefined);
  }

  /** True when the checks found already that the databases cannot be asked for all that a proof needs. */
  get isAccessLacking(): boolean {
    const warns = (wanted: CheckId) =>
      this.checks.some(({ id, verdict }) => id === wanted && verdict === 'warn');
    // Where nothing will be written, nobody is asked to acknowledge it.
    const isWarned = warns('probe-ready') || (!this.mayHaveWritten && warns('database-access'));
    return isWarned || this.isAcknowledged('database-access');
  }

  /** What the API says against the input's choice of the primary, though somebody acknowledged it. */
  get contradiction(): string | undefined {
    return this.checks.find(({ id, verdict }) => id === 'named-is-primary' && verdict !== 'pass')?.observed;
  }

  /** Ids of soft findings that nobody has acknowledged. */
  get toAcknowledge(): string[] {
    return this.checks.filter((check) => check.severity === 'ack' && stops(check)).map((check) => check.id);
  }

  /** Enters a phase: the list, the timeline and the headline follow. */
  enter(phase: Phase, headline: string): void {
    const isNew = phase !== this.#phase;
    if (isNew) {
      upsertSearchAttributes([
        { key: searchAttributes.phase, value: phase },
        ...(this.#ending === undefined
          ? []
          : [{ key: searchAttributes.outcome, value: this.#ending.outcome }]),
      ]);
      timePhase(this.#phase, Date.now() - this.#enteredAt);
      this.#enteredAt = Date.now();
    }
    this.#phase = phase;
    this.#headline = headline;
    this.#asked = false;
    this.waiting = undefined;
    this.note(headline);
    if (isNew) this.#events.phaseEntered();
  }

  /** Remembers the present phase and wait; the answer goes back to them. */
  bookmark(): () => void {
    const { waiting } = this;
    const phase = this.#phase;
    const headline = this.#headline;
    return () => {
      this.enter(phase, headline);
      this.waiting = waiting;
      this.#ask();
      this.refresh();
    };
  }

  get policyActed(): boolean {
    return this.#decisions.some(({ by }) => by === POLICY);
  }

  note(event: string): void {
    this.#timeline.push({ at: now(), phase: this.#phase, event });
    log.info(event, { phase: this.#phase });
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
    this.#requests.reads += requests.reads;
    this.#requests.writes += requests.writes;
  }

  /** Takes in the answer of the preflight; acknowledgements given before still count. */
  recordPreflight(preflight: Preflight): void {
    this.count(preflight);
    this.checks = withAcknowledgements(preflight.checks, this.#acknowledgements);
    this.measured.database = preflight.database;
    this.measured.lag = preflight.database?.lag;
    this.measured.settingsBefore = preflight.settings;
    this.recordObservation(preflight.situation, preflight.observed);
  }

  /** Writes down what would be written, for the approver and for the second look. */
  recordPlan({ critical, fingerprint }: Preflight, approvalRequired: boolean): void {
    const { project, primary, dialect } = this.requirePair;
    this.plan = {
      request: {
        method: 'PUT',
        path: `/v1/project/${project}/service/${primary}`,
        body: { ...PROMOTION_BODY[dialect] },
      },
      fingerprint,
      facts: critical,
      approvalRequired,
      toAcknowledge: this.toAcknowledge,
    };
  }

  recordApproval(approval: Approval): void {
    this.#approvals.push(approval);
    this.note(`${approval.by} ${approval.verdict} the plan ${approval.fingerprint} (${approval.reason})`);
    this.#events.personActed(approval.verdict, approval);
  }

  /** The approval no longer counts, since the facts that it was given for have moved. */
  voidApproval(moved: string[]): void {
    const last = this.#approvals.at(-1);
    const isVoid = last !== undefined && last.voidedBy === undefined;
    if (isVoid) last.voidedBy = moved;
    const so = isVoid ? `, so that the approval by ${last.by} no longer counts` : '';
    this.note(`the facts have moved${so}: ${moved.join('; ')}`);
  }

  acknowledge(given: Acknowledgement): Acknowledgement {
    const before = this.#acknowledgements.find(({ check }) => check === given.check);
    if (before !== undefined) return before;
    this.#acknowledgements.push(given);
    this.checks = withAcknowledgements(this.checks, this.#acknowledgements);
    this.note(`${given.by} acknowledged ${given.check} (${given.reason})`);
    this.#events.personActed(`acknowledged ${given.check}`, given);
    return given;
  }

  recordAbort(abort: AbortRequest): void {
    this.abortRequested = abort;
    this.note(`${abort.by} asked to abort (${abort.reason}): ${abort.effect}`);
    this.#events.personActed('asked to abort', abort);
  }

  /** The promotion that was on its way turned out not to count, so that the run can still be stopped. */
  abortGranted(abort: AbortRequest): void {
    this.abortRequested = { ...abort, effect: 'aborted' };
  }

  recordCancellation(): void {
    this.cancelRequestedAt = now();
    const late = this.isPastPointOfNoReturn ? ' after the point of no return: finishing forward' : '';
    this.note(`cancellation requested${late}`);
  }

  /** A write may have been sent by an attempt that could not report. */
  countLostWrite(): void {
    this.#requests.writes += 1;
  }

  /** Takes in what was just read of both services; opens and closes alarms. */
  recordObservation(situation: Situation, observed: PairObservation): void {
    const changed = situation !== this.situation;
    this.situation = situation;
    this.observed = observed;
    if (situation === 'moving') this.moved = true;
    if (this.waiting !== undefined) this.waiting = { ...this.waiting, observed: this.seen };
    if (!changed) {
      this.refresh();
      return;
    }
    this.changes += 1;
    this.#alarms.clear((alarm) => !isOfTheRun(alarm));
    this.note(`${situation}: ${describePair(observed)}`);
    const alarm = ALARMS[situation];
    if (alarm !== undefined) this.alarm(situation, goneFrom(observed) ?? alarm);
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
    this.#alarms.clear(isOfTheRun);
    this.refresh();
  }

  recordDecision(decision: Decision): void {
    this.#decisions.push(decision);
    this.note(`${decision.by} decided: ${decision.action} (${decision.reason})`);
    this.#events.personActed(`decided ${decision.action}`, decision);
  }

  status(): SwitchbackStatus {
    return {
      phase: this.#phase,
      headline: this.#headline,
      project: this.request.project,
      primary: this.request.service,
      timeline: fittingTimeline(this.#timeline),
      ...this.#optional(),
      ...present({
        waiting: this.waiting,
        answers: nonEmpty(this.#answers()),
        outcome: this.#ending?.outcome,
        next: this.#ending?.next,
      }),
    };
  }

  /** What happened after the event with this number. */
  events(after = 0): RunEvents {
    const recovery = this.pair?.recovery ?? this.request.recovery;
    return this.#events.after(after, { recovery, ended: this.hasEnded });
  }

  /** Ends the run well. */
  complete(outcome: Outcome, headline: string, next: string): SwitchbackReport {
    return this.#end({ outcome, headline, next });
  }

  /** Ends the run badly: the failure to throw, its message a sentence, its first detail the report. */
  failure(code: ErrorCode, outcome: Outcome, headline: string, next?: string): ApplicationFailure {
    const whole = { headline, next: next ?? errors[code].remedy };
    const brief = briefly(code, this.request.service, whole);
    if (brief.headline.endsWith('…')) this.note(headline);
    return failureWith(this.#end({ code, outcome, ...brief }));
  }

  refresh(): void {
    setCurrentDetails(currentDetails(this.status()));
  }

  /** The report of a run that has ended. */
  report(): SwitchbackReport {
    if (this.#ending === undefined) throw new Error('the report is wanted before the end');
    const { workflowId, runId, startTime } = workflowInfo();
    const { code, outcome, headline, next } = this.#ending;
    return {
      outcome,
      ...present({ code, degraded: HOME.includes(outcome) ? this.degraded : undefined }),
      headline,
      next,
      project: this.request.project,
      primary: this.request.service,
      ...this.#optional(),
      ...this.#measuredAtTheEnd(),
      timeline: fittingTimeline(this.#timeline),
      requests: { ...this.#requests },
      workflowId,
      runId,
      startedAt: startTime.toISOString(),
      endedAt: now(),
    };
  }

  /** Some resolver does not lead to the active side. */
  get degraded(): 'endpoint' | undefined {
    return this.measured.endpoint?.agreed === false ? 'endpoint' : undefined;
  }

  /** Somebody has approved the plan as it is now. */
  get #isApproved(): boolean {
    const last = this.#approvals.at(-1);
    return (
      last?.verdict === 'approved' &&
      last.voidedBy === undefined &&
      last.fingerprint === this.plan?.fingerprint
    );
  }

  #end(ending: Ending): SwitchbackReport {
    this.#ending = ending;
    const { outcome, headline } = ending;
    this.enter('report', headline);
    countEnd(outcome, this.request.mode, this.measured.probe);
    const report = this.report();
    this.#events.runEnded(runEndOf(report));
    return report;
  }

  /** Tells others, once, that the run waits for a person. */
  #ask(): void {
    if (this.waiting === undefined || this.#asked || !ASKING_PHASES.includes(this.#phase)) return;
    this.#asked = true;
    this.#events.personNeeded(this.waiting, this.#answers());
  }

  /** What a person can tell the run now. */
  #answers(): Answer[] {
    if (this.hasEnded) return [];
    const { project, service: primary } = this.request;
    const { mayHaveWritten } = this;
    const plan = this.plan && {
      fingerprint: this.plan.fingerprint,
      toAcknowledge: this.toAcknowledge,
      approvalRequired: this.plan.approvalRequired && !this.#isApproved,
    };
    return answersTo({
      project,
      primary,
      asksBeforeWrite: this.#phase === 'approval',
      decidable: this.standingAlarms.length > 0 && (mayHaveWritten || this.#phase === 'needs-operator'),
      mayReturn: mayHaveWritten && this.mayReturn,
      // A plan is over in a moment, and the command would meet the run that it is a plan of.
      stoppable: !this.isPastPointOfNoReturn && this.request.mode !== 'plan',
      ...present({ plan }),
    });
  }

  #measuredAtTheEnd() {
    const { settingsBefore, settingsAfter, database, probe, proof, endpoint } = this.measured;
    const { pair } = this;
    const name = `${this.request.project}/${this.request.service}`;
    const wrote = this.isPastPointOfNoReturn;
    const { outcome } = this.#ending ?? {};
    const speaksOfIt =
      wrote || proof !== undefined || outcome === 'already-primary' || outcome === 'accepted';
    const access = { hasAccess: database !== undefined, wrote };
    return present({
      parity: pair === undefined ? undefined : parityOf(settingsBefore, settingsAfter, pair),
      notProven: speaksOfIt ? nonEmpty(notProven({ name, ...access, probe, proof, endpoint })) : undefined,
    });
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
      alarms: nonEmpty(fitting(this.#alarms.all).map((alarm) => ({ ...alarm }))),
      decisions: nonEmpty(fitting(this.#decisions)),
      plan: this.plan,
      approvals: nonEmpty(fitting(this.#approvals).map((approval) => ({ ...approval }))),
      acknowledgements: nonEmpty([...this.#acknowledgements]),
      abortRequested: this.abortRequested,
      cancelRequestedAt: this.cancelRequestedAt,
      requestedBy: this.request.requestedBy || undefined,
      reason: this.request.reason || undefined,
      lag: this.measured.lag,
      probe: this.measured.probe,
      proof: this.measured.proof,
      endpoint: this.measured.endpoint,
    });
  }
}

/** How the run ended; with a code it failed. */
interface Ending {
  code?: ErrorCode;
  outcome: Outcome;
  headline: string;
  next: string;
}

/** The failure that ends a run: its message a sentence, its type the code, its first detail the report. */
export function failureWith(report: SwitchbackReport): ApplicationFailure {
  const { code } = report;
  return ApplicationFailure.nonRetryable(messageOf(`${code}`, report), code, report);
}

/** A service that vanished is worse than one that cannot be read now. */
function goneFrom({ primary, recovery }: PairObservation): string | undefined {
  const gone = [primary, recovery].filter((side) => !side.readable && side.gone);
  if (gone.length === 0) return undefined;
  return `${gone.map(({ service }) => service).join(' and ')} vanished: the API says that there is no such service`;
}

function isOfTheRun({ cause }: Alarm): boolean {
  return cause === 'deadline' || cause === 'not-written' || cause === 'unproven';
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
