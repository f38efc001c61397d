import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { PreflightVerdict, PromoteResult } from '../contract/activities';
import { stops } from '../contract/checks';
import type { ErrorCode } from '../contract/errors';
import { EXAMPLE_INPUT, parseInput, type SwitchbackRequest } from '../contract/input';
import {
  type DecideInput,
  decideUpdate,
  EXAMPLE_DECISION,
  faultsOfDecision,
  statusQuery,
} from '../contract/messages';
import { describePair, type Pair, type Side } from '../contract/observation';
import type { Decision, SwitchbackReport } from '../contract/report';
import { compensationFor, mayPromote } from '../rules/moves';
import { Deadline } from './deadline';
import { now, POLICY, RunRecord } from './run-record';
import { read, write } from './steps';
import { Watch } from './watch';

/** Writes sent at most, counting those whose outcome is unknown: one, and one more proven to be needed. */
const MAX_UNKNOWN_WRITES = 2;
/** Attempts that provably did not count (429, connection refused) before the run stops without having written. */
const MAX_UNSENT_WRITES = 10;
const DEFAULT_WRITE_PAUSE_MS = 5_000;

/**
 * Brings a CRDR pair home: makes the primary service active and the recovery service passive again.
 *
 * @param input a {@link SwitchbackInput}; of unknown shape, since anybody can start a workflow with any JSON.
 * @returns the report of a run that ended well.
 * @throws ApplicationFailure whose `type` is an {@link ErrorCode} and whose first detail is the report.
 */
export async function switchbackWorkflow(input: unknown): Promise<SwitchbackReport> {
  const parsed = parseInput(input);
  if (!parsed.ok) throw invalidInput(parsed.faults);
  return new Switchback(parsed.request).run();
}

class Switchback {
  readonly #record: RunRecord;
  /** What a person decided and the run has not acted upon yet. */
  #decision: Decision | undefined;
  /** True once a promotion was sent that may count: only then is there something to finish, or to undo. */
  #mayHaveWritten = false;

  constructor(private readonly request: SwitchbackRequest) {
    this.#record = new RunRecord(request);
    setHandler(statusQuery, () => this.#record.status(), {
      description: 'What the run is doing, why it waits, the checks and the timeline. No argument.',
    });
    setHandler(decideUpdate, (payload) => this.#takeDecision(payload), {
      description: `Decide while the run asks or an alarm stands, for example ${EXAMPLE_DECISION}`,
      validator: (payload) => this.#validateDecision(payload),
    });
  }

  async run(): Promise<SwitchbackReport> {
    const verdict = await this.#prepare();
    return CancellationScope.nonCancellable(async () => {
      if (verdict === 'at-rest') return this.#succeed();
      this.#recordLateCancel();
      if (verdict === 'go') await this.#promote('primary');
      return this.#conclude(await this.#converge());
    });
  }

  /** Everything before the point of no return: a cancellation ends it cleanly. */
  async #prepare(): Promise<PreflightVerdict> {
    try {
      const { pair, confirmed } = await this.#discover();
      const verdict = await this.#preflight(pair, confirmed);
      // The last answer may have come together with the cancellation.
      if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
      return verdict;
    } catch (error) {
      if (isCancellation(error)) throw this.#cancelled();
      if (!(error instanceof ActivityFailure)) throw error;
      throw this.#record.failure(
        'AIVEN_UNAVAILABLE',
        'aborted',
        'Stopped before anything was written: the state of the pair could not be read.',
      );
    }
  }

  async #discover(): Promise<{ pair: Pair; confirmed: boolean }> {
    const { project, service, recovery } = this.request;
    this.#record.enter('discover', `Looking for the pair of ${service}.`);
    const found = await read(`find the pair of ${service}`).discover({ project, service, recovery });
    this.#record.count(found);
    if ('checks' in found) {
      this.#record.checks = found.checks;
      throw this.#blocked();
    }
    this.#record.pair = found.pair;
    this.#record.note(
      `${service} and ${found.pair.recovery} are a pair; the API speaks ${found.pair.dialect}`,
    );
    return { pair: found.pair, confirmed: recovery !== undefined };
  }

  async #preflight(pair: Pair, confirmed: boolean): Promise<PreflightVerdict> {
    this.#record.enter('preflight', 'Checking the preconditions.');
    const preflight = await read(`check ${pair.primary} and ${pair.recovery}`).preflight({ pair, confirmed });
    this.#record.count(preflight);
    this.#record.checks = preflight.checks;
    this.#record.saw(preflight.situation, preflight.observed);
    if (preflight.verdict === 'blocked') throw this.#blocked();
    return preflight.verdict;
  }

  /**
   * Makes one side active, with zero or one effective write: a write whose outcome is unknown is followed by reads
   * only, and sent once more only after both services were seen to stand still.
   */
  async #promote(target: Side): Promise<boolean> {
    let unknown = 0;
    for (let unsent = 0; unsent < MAX_UNSENT_WRITES; unsent += 1) {
      const result = await this.#sendPromotion(target);
      switch (result?.outcome) {
        case 'accepted':
          this.#record.note('the API accepted the promotion; only reads prove it');
          return true;
        case 'not-needed':
          this.#record.note(`no write needed: ${result.detail}`);
          return true;
        case 'not-applied':
          this.#record.note(`the promotion was not applied: ${result.detail}`);
          await sleep(result.retryAfterMs ?? DEFAULT_WRITE_PAUSE_MS, {
            summary: 'pause before the next attempt',
          });
          if (this.#isAbandoned) throw this.#cancelled();
          break;
        case 'not-allowed':
        case 'refused':
          return this.#notWritten(target, result);
        default:
          unknown += 1;
          if (await this.#movedAfterUnknownWrite(target, result)) return true;
          if (unknown === MAX_UNKNOWN_WRITES) return true;
      }
    }
    return this.#notWritten(target, undefined);
  }

  /** One attempt; `undefined` when it died and could not report. */
  async #sendPromotion(target: Side): Promise<PromoteResult | undefined> {
    const pair = this.#pair();
    if (target === 'primary') {
      this.#record.enter('promote', `Promoting ${pair.primary}: from here on the run only goes forward.`);
    }
    this.#record.pointOfNoReturn ??= now();
    try {
      const result = await write(`promote ${pair[target]}`).promote({ pair, target });
      this.#record.count(result);
      this.#mayHaveWritten ||= result.outcome === 'accepted' || result.outcome === 'unknown';
      if (!this.#mayHaveWritten) this.#record.pointOfNoReturn = undefined;
      this.#record.saw(result.situation, result.observed);
      return result;
    } catch (error) {
      this.#mayHaveWritten = true;
      this.#record.countLostWrite();
      this.#record.note(`the attempt to promote ended without an answer (${rootMessage(error)})`);
      return undefined;
    }
  }

  /** Only reads, until the pair has moved (true) or has provably stood still for the quiet window (false). */
  async #movedAfterUnknownWrite(target: Side, result: PromoteResult | undefined): Promise<boolean> {
    const detail = result === undefined ? 'the worker did not report' : result.detail;
    this.#record.enter(
      'promote-uncertain',
      `The outcome of the promotion is unknown (${detail}). Only reading now.`,
    );
    const deadline = new Deadline(
      this.request.convergeTimeoutMs,
      'deadline for a proof of what the write did',
    );
    this.#record.waitFor({
      for: 'proof of what the write did',
      wanted: 'both services read, moving or at rest',
      until: deadline.at,
    });
    const before = this.#record.situation;
    const watch = this.#watch(target, this.request.quietWindowMs);
    await condition(() => watch.ended || deadline.passed || this.#decision !== undefined);
    watch.stop();
    deadline.cancel();
    this.#takeIn(watch);
    if (watch.result?.ended !== 'quiet') return true;
    this.#record.note(`the write had no effect: the pair stayed ${before} for the quiet window`);
    return false;
  }

  /** The write is provably not there: a run that has not written ends here, a return parks again. */
  #notWritten(target: Side, result: PromoteResult | undefined): false {
    const detail = result?.detail ?? `no attempt of ${MAX_UNSENT_WRITES} got through`;
    if (target === 'recovery' || this.#mayHaveWritten) {
      this.#record.alarm(
        'not-written',
        `the promotion of ${this.#pair()[target]} was not written: ${detail}`,
      );
      return false;
    }
    const seen = `Now: ${this.#seen()}.`;
    throw this.#record.failure(codeOf(result), 'aborted', `Nothing was written: ${detail}. ${seen}`);
  }

  /** Waits until the pair has settled on one side, asking a person when it does not. */
  async #converge(): Promise<Side | 'accepted'> {
    let goal: Side = 'primary';
    let mayTakeTime = true;
    for (;;) {
      const settled: boolean = mayTakeTime && (await this.#settles(goal));
      const decision: Decision['action'] | 'settled' = settled ? 'settled' : await this.#decide(goal);
      if (decision === 'settled') {
        this.#record.clearRunAlarms();
        return goal;
      }
      if (decision === 'accept') return 'accepted';
      const returning: boolean = decision === 'return-to-recovery' && (await this.#returnToRecovery());
      if (returning) goal = 'recovery';
      mayTakeTime = returning || decision === 'wait';
    }
  }

  /** True when the goal is confirmed; false when the deadline passed or a person wants something else. */
  async #settles(goal: Side): Promise<boolean> {
    const pair = this.#pair();
    const deadline = new Deadline(this.request.convergeTimeoutMs, 'deadline for both services to settle');
    if (goal === 'primary')
      this.#record.enter('converge', `Waiting for ${pair.primary} to be active and settled.`);
    this.#record.waitFor({
      for: 'both services to settle',
      wanted: wantedFor(goal, pair),
      until: deadline.at,
    });
    try {
      return await this.#reaches(goal, () => deadline.passed || this.#decision !== undefined);
    } finally {
      deadline.cancel();
    }
  }

  /** Watches until the goal is confirmed (true) or `interrupted` says to stop (false). */
  async #reaches(goal: Side, interrupted: () => boolean): Promise<boolean> {
    for (;;) {
      const watch = this.#watch(goal);
      await condition(() => watch.ended || this.#isAbandoned || interrupted());
      watch.stop();
      if (this.#isAbandoned) throw this.#cancelled();
      this.#takeIn(watch);
      if (watch.result?.ended === 'reached' && (await this.#verify(goal))) return true;
      if (interrupted()) return false;
    }
  }

  /** Asks, while it goes on watching; after the decision window the policy acts where the table allows it. */
  async #decide(goal: Side): Promise<Decision['action'] | 'settled'> {
    const { decisionWindowMs, onTimeout } = this.request;
    if (this.#decision === undefined) {
      const deadlineMessage = `the pair did not settle in time: ${this.#seen()}`;
      this.#record.enter('needs-operator', `A person must decide: ${deadlineMessage}.`);
      this.#record.alarm('deadline', deadlineMessage);
      const window = new Deadline(decisionWindowMs, 'time for a person to decide');
      this.#record.waitFor({
        for: `the update decide, or else the policy ${onTimeout}`,
        wanted: wantedFor(goal, this.#pair()),
        until: window.at,
      });
      const settled = await this.#reaches(goal, () => window.passed || this.#decision !== undefined);
      window.cancel();
      if (settled) return 'settled';
      if (this.#decision === undefined) this.#applyPolicy(goal);
    }
    while (this.#decision === undefined) {
      this.#record.waitFor({ for: 'the update decide', wanted: wantedFor(goal, this.#pair()) });
      if (await this.#reaches(goal, () => this.#decision !== undefined)) return 'settled';
    }
    return this.#actUpon(this.#decision);
  }

  #actUpon(decision: Decision): Decision['action'] {
    this.#decision = undefined;
    if (decision.action === 'give-up') {
      throw this.#record.failure('GIVEN_UP', 'given-up', `${decision.by} gave up. Now: ${this.#seen()}.`);
    }
    if (decision.action === 'wait') this.#record.clearRunAlarms();
    return decision.action;
  }

  /**
   * Nobody decided: act where the table of compensations allows it, else leave it to a person. The policy undoes what
   * this run did and nothing else, and it tries once.
   */
  #applyPolicy(goal: Side): void {
    const { situation, observed } = this.#record;
    if (goal === 'recovery' || situation === undefined || observed === undefined) return;
    if (!this.#mayHaveWritten) {
      if (situation !== 'recovery-active') return;
      throw this.#record.failure(
        'DRIFTED',
        'aborted',
        `Nothing was written, and the pair changed: ${this.#seen()}.`,
      );
    }
    if (this.#record.policyActed) return;
    const compensation = compensationFor(situation, observed, this.request.onTimeout);
    if (compensation === 'end-not-switched') {
      throw this.#record.failure(
        'NOT_SWITCHED',
        'not-switched',
        `The promotion had no effect: ${this.#seen()}. Applications still work against the recovery service.`,
      );
    }
    if (compensation === 'return-to-recovery') {
      const decision: Decision = {
        action: 'return-to-recovery',
        by: POLICY,
        reason: 'nobody decided in time',
        at: now(),
      };
      this.#decision = decision;
      this.#record.decided(decision);
    }
  }

  /** The compensation. Read-before-write like the promotion; when it is not written the run asks again. */
  async #returnToRecovery(): Promise<boolean> {
    const { recovery } = this.#pair();
    this.#record.enter('return-to-recovery', `Undo: making ${recovery} active again.`);
    return this.#promote('recovery');
  }

  /** One more read, when all seems over: false sends the run back to where it waited. */
  async #verify(goal: Side): Promise<boolean> {
    const pair = this.#pair();
    const back = this.#record.bookmark();
    this.#record.enter('verify', 'Reading both services once more.');
    const verified = await read(`verify ${pair.primary} and ${pair.recovery}`).verify(pair);
    this.#record.count(verified);
    this.#record.saw(verified.situation, verified.observed);
    if (verified.situation === `${goal}-active`) return true;
    back();
    return false;
  }

  #conclude(end: Side | 'accepted'): SwitchbackReport {
    const pair = this.#pair();
    if (end === 'accepted') {
      return this.#record.complete(
        'accepted',
        `The present state was accepted by a person: ${this.#seen()}.`,
        'Nothing more is watched. Check that applications write where you expect.',
      );
    }
    if (end === 'recovery') {
      throw this.#record.failure(
        'RETURNED_TO_RECOVERY',
        'returned-to-recovery',
        `${pair.recovery} is active again and takes writes; the switchback did not succeed.`,
      );
    }
    return this.#succeed();
  }

  #succeed(): SwitchbackReport {
    const pair = this.#pair();
    const headline = `${pair.primary} is active and ${pair.recovery} is passive, both settled.`;
    const next = `Check that applications write to ${pair.primary}; unfreeze Terraform and other automation.`;
    return this.#record.complete(this.#mayHaveWritten ? 'switched-back' : 'already-primary', headline, next);
  }

  #watch(goal: Side, quietWindowMs?: number): Watch {
    const pair = this.#pair();
    return new Watch(
      {
        pair,
        goal: `${goal}-active`,
        known: this.#record.situation ?? 'unreadable',
        mayReturn: this.#mayReturn,
        settleWindowMs: this.request.settleWindowMs,
        moved: this.#record.moved,
        ...(quietWindowMs === undefined ? {} : { quietWindowMs }),
      },
      `watch until ${pair[goal]} is active and settled`,
    );
  }

  #takeIn(watch: Watch): void {
    if (watch.failure !== undefined) throw watch.failure;
    if (watch.result === undefined) return;
    this.#record.count(watch.result);
    this.#record.saw(watch.result.situation, watch.result.observed);
  }

  #validateDecision(payload: unknown): void {
    const faults = faultsOfDecision(payload);
    if (faults.length > 0) throw refusal(`${faults.join('; ')}. Send for example ${EXAMPLE_DECISION}`);
    const { action } = payload as DecideInput;
    if (this.#record.standingAlarms.length === 0) {
      throw refusal(`There is nothing to decide: the phase is ${this.#record.phase} and no alarm stands`);
    }
    if (this.#decision !== undefined)
      throw refusal(`${this.#decision.by} has decided already: ${this.#decision.action}`);
    if (action === 'return-to-recovery' && !this.#mayReturn) {
      throw refusal(
        `return-to-recovery is not allowed while the pair is ${this.#record.situation} (${this.#seen()})`,
      );
    }
  }

  get #mayReturn(): boolean {
    const { situation, observed } = this.#record;
    return situation !== undefined && observed !== undefined && mayPromote('recovery', situation, observed);
  }

  #takeDecision({ action, by, reason }: DecideInput): Decision {
    const decision: Decision = { action, by, reason, at: now() };
    this.#decision = decision;
    this.#record.decided(decision);
    return decision;
  }

  /** Once a promotion may count, a cancellation changes nothing but the record: half a switch is worse than none. */
  #recordLateCancel(): void {
    const scope = CancellationScope.current().parent;
    scope?.cancelRequested.catch(() => {
      this.#record.cancelRequestedAt = now();
      const isLate = this.#record.pointOfNoReturn !== undefined;
      this.#record.note(
        `cancellation requested${isLate ? ' after the point of no return: finishing forward' : ''}`,
      );
    });
  }

  /** Cancelled with nothing to finish: the run only waits, or every attempt to write provably did not count. */
  get #isAbandoned(): boolean {
    return this.#record.cancelRequestedAt !== undefined && !this.#mayHaveWritten;
  }

  #cancelled(): CancelledFailure {
    const headline = 'Cancelled before anything was written.';
    this.#record.failure('CANCELLED', 'aborted', headline);
    return new CancelledFailure(headline);
  }

  #blocked(): ApplicationFailure {
    const stopping = this.#record.checks.filter(stops);
    const refuted = stopping.filter((check) => check.verdict === 'block');
    // What is unknown only because something else is wrong would hide the one thing to mend.
    const named = refuted.length > 0 ? refuted : stopping;
    const details = named.map(
      (check) => `[${check.id}] ${check.observed}; wanted: ${check.wanted}. ${check.remedy}`,
    );
    const ids = named.map((check) => check.id).join(', ');
    return this.#record.failure(
      'BLOCKED',
      'blocked',
      `Nothing was written; ${named.length === 1 ? 'this check stands' : 'these checks stand'} against it: ${ids}.`,
      `${details.join(' ')} Then start again.`,
    );
  }

  #pair(): Pair {
    if (this.#record.pair === undefined) throw new Error('the pair is used before it was discovered');
    return this.#record.pair;
  }

  #seen(): string {
    return this.#record.observed === undefined ? 'nothing was read' : describePair(this.#record.observed);
  }
}

/** Why nothing was written; without a result, no attempt got through. */
function codeOf(result: PromoteResult | undefined): ErrorCode {
  if (result === undefined) return 'AIVEN_UNAVAILABLE';
  return result.outcome === 'refused' ? 'PROMOTE_REFUSED' : 'DRIFTED';
}

function wantedFor(goal: Side, { primary, recovery }: Pair): string {
  const [active, passive] = goal === 'primary' ? [primary, recovery] : [recovery, primary];
  return `${active} active/RUNNING and ${passive} passive/RUNNING, three reads in a row over the settle window`;
}

function invalidInput(faults: string[]): ApplicationFailure {
  const { workflowId, runId, startTime } = workflowInfo();
  const headline = `The input is not valid: ${faults.join('; ')}.`;
  const next = `Start again with one JSON object, for example ${EXAMPLE_INPUT}`;
  const report: Partial<SwitchbackReport> = {
    outcome: 'invalid-input',
    code: 'INVALID_INPUT',
    headline,
    next,
    timeline: [{ at: now(), phase: 'validate', event: headline }],
    requests: { reads: 0, writes: 0 },
    workflowId,
    runId,
    startedAt: startTime.toISOString(),
    endedAt: now(),
  };
  return ApplicationFailure.nonRetryable(`INVALID_INPUT: ${headline} ${next}`, 'INVALID_INPUT', report);
}

function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'NOT_ACCEPTED');
}

function rootMessage(error: unknown): string {
  let root = error;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  return root instanceof Error ? root.message : String(root);
}
