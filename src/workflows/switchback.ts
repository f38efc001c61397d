import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  patched,
  type WorkflowInfo,
  workflowInfo,
} from '@temporalio/workflow';
import type { Preflight, PreflightVerdict, WorkerPolicy } from '../contract/activities';
import { parseInput, type SwitchbackRequest } from '../contract/input';
import type { Side } from '../contract/observation';
import { lockIdOf } from '../contract/pair-lock';
import { describeDisagreement } from '../contract/proof';
import type { SwitchbackReport } from '../contract/report';
import { keepEvidence, read, terms, undelivered } from './activity-proxies';
import { approve } from './approval';
import { blocked } from './blocked';
import { catchUp } from './catch-up';
import { converge, isStillActive } from './convergence';
import { refuseInput } from './invalid-input';
import { MessageHandlers } from './message-handlers';
import { startNotifier } from './notifier';
import { takeLock } from './pair-lock';
import { promote, rootMessage, stopped } from './promotion';
import { followEndpoint } from './proof';
import type { Run } from './run';
import { failureWith, RunRecord } from './run-record';
import { WriteProbe } from './write-probe';

/**
 * Brings a CRDR pair home: makes the primary service active and the recovery service passive again.
 *
 * @param input a {@link SwitchbackInput}; of unknown shape, since anybody can start a workflow with any JSON.
 * @returns the report of a run that ended well.
 * @throws ApplicationFailure whose `type` is an {@link ErrorCode} and whose first detail is the report.
 */
export async function switchbackWorkflow(input: unknown): Promise<SwitchbackReport> {
  const parsed = parseInput(input);
  if (!parsed.ok) throw await refuseInput(input, parsed.faults);
  const faults = faultsOfStart(workflowInfo());
  // Runs that are under way were let in.
  if (faults.length > 0 && patched('start-options-refused')) throw await refuseInput(input, faults);
  return new Switchback(parsed.request).run();
}

/**
 * What the start of the workflow asks of Temporal that would end the run in the middle of a switch, without a report, or
 * repeat it.
 */
function faultsOfStart(info: WorkflowInfo): string[] {
  const { executionTimeoutMs, runTimeoutMs, retryPolicy, cronSchedule } = info;
  return [
    ...(executionTimeoutMs
      ? ['the start sets an execution time-out, which could end the run mid-switch']
      : []),
    ...(runTimeoutMs ? ['the start sets a run time-out, which could end the run mid-switch'] : []),
    ...(retryPolicy ? ['the start sets a retry policy: a failed run is for a person to look at'] : []),
    ...(cronSchedule ? ['the start sets a cron schedule: use a Temporal Schedule'] : []),
  ];
}

/** Checks that are older than this, beside the settle window, are no ground for a write. */
const FRESH_MS = 15_000;

class Switchback implements Run {
  readonly record: RunRecord;
  readonly handlers: MessageHandlers;
  /** Until the worker has said what it demands: everything. */
  policy: WorkerPolicy = { approvalRequired: true, fourEyes: true, confirmTarget: true };
  readonly #writeProbe: WriteProbe;
  /** Settles once the worker has said its terms, or cannot. */
  #learning: Promise<void> = Promise.resolve();
  /** The workflow that tells others, once it was started. */
  #notifier: Promise<string | undefined> = Promise.resolve(undefined);

  constructor(readonly request: SwitchbackRequest) {
    this.record = new RunRecord(request);
    this.handlers = new MessageHandlers(this.record, request);
    this.#writeProbe = new WriteProbe(this.record);
  }

  async run(): Promise<SwitchbackReport> {
    try {
      return await this.#finished(await this.#procedure());
    } catch (error) {
      await this.#writeProbe.stop();
      throw await this.#ended(error);
    }
  }

  /** What ends a run badly, with the report as it is now: some of what was measured came after the reason. */
  async #ended(error: unknown): Promise<unknown> {
    if (!this.record.hasEnded) return error;
    const report = await this.#finished(this.record.report());
    return error instanceof ApplicationFailure ? failureWith(report) : error;
  }

  /** With what is known only at the very end: who was not told, and where the evidence is. */
  #finished(report: SwitchbackReport): Promise<SwitchbackReport> {
    return CancellationScope.nonCancellable(async () =>
      withEvidence({ ...report, ...(await this.#notified()) }),
    );
  }

  async #notified(): Promise<Pick<SwitchbackReport, 'notifier' | 'undelivered'>> {
    // Somebody is to be told of a run, too, that was stopped before it knew that.
    await this.#learning.catch(() => {});
    const notifier = await this.#notifier;
    if (notifier === undefined) return {};
    const missed = await undelivered(notifier).catch((error: unknown) => [
      { sink: '*', lost: 0, problem: `not known: ${rootMessage(error)}` },
    ]);
    return { notifier, ...(missed.length > 0 ? { undelivered: missed } : {}) };
  }

  async #procedure(): Promise<SwitchbackReport> {
    const { verdict } = await this.#stoppable(() => this.#prepare());
    if (this.request.mode === 'plan') return this.#planned(verdict);
    return CancellationScope.nonCancellable(async () => {
      if (verdict === 'at-rest') {
        // Somebody else may have brought the pair home while the replication caught up.
        await this.#writeProbe.stop();
        // One read, which may be an old one, ends no run. Runs that are under way go on as they began.
        if (!patched('at-rest-verified') || (await isStillActive(this, 'primary'))) return this.#succeed();
      }
      if (verdict === 'go') await promote(this, 'primary');
      // A rehearsal changes nothing, so that the side that is active stays so.
      const stays = this.request.mode === 'rehearse' && this.record.situation === 'recovery-active';
      const end = await this.#settle(stays ? 'recovery' : 'primary');
      await this.#writeProbe.stop();
      return this.#conclude(end);
    });
  }

  /** Until one side is active and stays so, and the Service URI follows it. */
  async #settle(first: Side): Promise<Side | 'accepted'> {
    for (let goal = first; ; ) {
      const end = await converge(this, goal);
      if (end === 'accepted') return end;
      const hasWaited = await followEndpoint(this, end);
      if (!hasWaited || (await isStillActive(this, end))) return end;
      goal = end;
    }
  }

  /** Everything before the write. */
  async #prepare(): Promise<Preflight> {
    await this.#discover();
    if (this.request.mode !== 'plan') await this.#lock();
    const preflight = await approve(this, await this.#preflight(), () => this.#preflight());
    if (preflight.verdict === 'go' && this.request.mode !== 'plan') {
      this.#writeProbe.start();
      return this.#caughtUp(preflight);
    }
    return preflight;
  }

  /** After a long wait the checks are old, so that they are made again; nobody is asked a second time. */
  async #caughtUp(checked: Preflight): Promise<Preflight> {
    const startedAt = Date.now();
    await catchUp(this);
    if (Date.now() - startedAt < this.request.settleWindowMs + FRESH_MS) return checked;
    const again = await this.#preflight();
    if (this.record.toAcknowledge.length === 0) return again;
    const found = this.record.toAcknowledge.join(', ');
    throw this.record.failure(
      'DRIFTED',
      'aborted',
      `Nothing was written to ${this.request.service}: while the replication caught up, these checks turned against it: ${found}.`,
    );
  }

  /** What the worker demands, and whether somebody is to be told. */
  async #fetchPolicy(): Promise<void> {
    const { policy, notifies } = await terms();
    this.policy = policy;
    if (!notifies) return;
    const { project, service } = this.request;
    this.#notifier = startNotifier(project, service).catch((error: unknown) => {
      this.record.note(`nobody is told of this run: ${rootMessage(error)}`);
      return undefined;
    });
  }

  async #discover(): Promise<void> {
    const { project, service, recovery } = this.request;
    this.record.enter('discover', `Looking for the pair of ${service}.`);
    // Beside each other, and not one after the other: right after a local activity the workflow's clock is a little off
    // in a replay, and then an event would not be the same whenever it is asked for.
    const finding = read(`find the pair of ${service}`).discover({ project, service, recovery });
    this.#learning = CancellationScope.nonCancellable(() => this.#fetchPolicy());
    const [found] = await Promise.all([finding, this.#learning]);
    this.record.count(found);
    if ('checks' in found) {
      this.record.checks = found.checks;
      throw blocked(this);
    }
    this.record.pair = found.pair;
    this.record.note(
      `${service} and ${found.pair.recovery} are a pair; the API speaks ${found.pair.dialect}`,
    );
  }

  async #lock(): Promise<void> {
    this.record.note('taking the lock of the pair');
    const holder = await takeLock(this.record.requirePair);
    if (holder === undefined) return;
    throw this.record.failure(
      'LOCKED',
      'blocked',
      `Nothing was written to ${this.request.service}: the run ${holder.workflowId} (${holder.runId}) holds the lock of the pair since ${holder.since}.`,
    );
  }

  async #preflight(): Promise<Preflight> {
    const pair = this.record.requirePair;
    this.record.enter('preflight', 'Checking the preconditions.');
    const { recovery, convergeTimeoutMs, mode } = this.request;
    const preflight = await read(`check ${pair.primary} and ${pair.recovery}`).preflight({
      pair,
      confirmed: recovery !== undefined,
      budgetMs: convergeTimeoutMs,
      ...(mode === 'plan' ? {} : { lock: lockIdOf(pair) }),
    });
    this.record.recordPreflight(preflight);
    if (preflight.verdict === 'blocked') throw blocked(this);
    return preflight;
  }

  /** Runs what a cancellation or an `abort` may end at any moment, since nothing was written. */
  async #stoppable<T>(work: () => Promise<T>): Promise<T> {
    const scope = new CancellationScope();
    void condition(() => this.handlers.stopRequested).then(
      () => scope.cancel(),
      () => {},
    );
    try {
      const result = await scope.run(work);
      // The last answer may have come together with the wish to stop.
      if (this.handlers.stopRequested) throw stopped(this);
      return result;
    } catch (error) {
      if (isCancellation(error)) throw this.record.hasEnded ? error : stopped(this);
      if (!(error instanceof ActivityFailure)) throw error;
      throw this.record.failure(
        'AIVEN_UNAVAILABLE',
        'aborted',
        `Nothing was written to ${this.request.service}: the state of the pair could not be read.`,
      );
    }
  }

  #planned(verdict: PreflightVerdict): SwitchbackReport {
    if (verdict !== 'go') {
      return this.record.complete(
        'planned',
        `Nothing was written, and a run now would write nothing: ${this.record.seen}.`,
        'There is nothing to switch back.',
      );
    }
    const { toAcknowledge = [], approvalRequired } = this.record.plan ?? {};
    const needs = [
      ...(toAcknowledge.length > 0 ? [`acknowledge ${toAcknowledge.join(', ')}`] : []),
      ...(approvalRequired ? ['have it approved'] : []),
    ];
    return this.record.complete(
      'planned',
      `Nothing was written. A run now would promote ${this.record.requirePair.primary}: ${this.record.seen}.`,
      `Start it in mode execute${needs.length > 0 ? `; it needs you to ${needs.join(' and to ')}` : ''}.`,
    );
  }

  #conclude(end: Side | 'accepted'): SwitchbackReport {
    const { primary, recovery } = this.record.requirePair;
    if (end === 'accepted') {
      return this.record.complete(
        'accepted',
        `The present state was accepted by a person: ${this.record.seen}.`,
        'Nothing more is watched. Check that applications write where you expect.',
      );
    }
    if (end === 'recovery' && this.request.mode === 'rehearse') {
      const { proof, doubt } = this.record.measured;
      const isDoubtful = proof !== undefined && proof.verdict !== 'proven';
      return this.record.complete(
        'rehearsed',
        `Nothing was promoted. The run went to its end and would have promoted ${primary}: ${this.record.seen}.${isDoubtful ? ` Not proven now: ${doubt}.` : ''}`,
        isDoubtful
          ? 'Mend what is not proven first: after a promotion the run would wait for it.'
          : 'Start it in mode execute when it is time.',
      );
    }
    if (end === 'recovery') {
      throw this.record.failure(
        'RETURNED_TO_RECOVERY',
        'returned-to-recovery',
        `${recovery} is active again and takes writes; the switchback to ${primary} did not succeed.`,
      );
    }
    return this.#succeed();
  }

  #succeed(): SwitchbackReport {
    const { primary, recovery } = this.record.requirePair;
    const { degraded, measured } = this.record;
    const { contradiction } = this.record;
    const other = this.record.hadNoEffect
      ? " Somebody else's promotion came first: the one of this run had no effect."
      : '';
    const against =
      contradiction === undefined ? '' : ` This was a switchover if the API is right: ${contradiction}.`;
    const headline = `${primary} is active and ${recovery} is passive, both settled.${other}${against}`;
    const outcome = this.record.mayHaveWritten ? 'switched-back' : 'already-primary';
    if (degraded !== undefined && measured.endpoint !== undefined) {
      const who = describeDisagreement(measured.endpoint, 'primary');
      return this.record.complete(
        outcome,
        `${headline} Degraded: the Service URI does not lead everybody there yet (${who}).`,
        'Find out why these resolvers still have the old address, and restart what holds sessions on the old side.',
      );
    }
    return this.record.complete(
      outcome,
      headline,
      `Check that applications write to ${primary}; unfreeze Terraform and other automation.`,
    );
  }
}

/** Keeps the evidence of the report; a run neither fails nor waits long for that. */
async function withEvidence(report: SwitchbackReport): Promise<SwitchbackReport> {
  try {
    const evidence = await keepEvidence(report);
    return evidence === undefined ? report : { ...report, evidence };
  } catch (error) {
    return { ...report, evidence: { problem: `it could not be kept: ${rootMessage(error)}` } };
  }
}
