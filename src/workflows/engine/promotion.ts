import { ActivityFailure, ApplicationFailure, condition, TimeoutFailure } from '@temporalio/workflow';
import { NOTHING_SENT, type PromoteProgress, type PromoteResult } from '../../contract/activities';
import type { ErrorCode } from '../../contract/errors';
import type { Side } from '../../contract/observation';
import { now } from '../../util/now';
import { rootMessage } from '../../util/root-cause';
import { write } from './activity-proxies';
import { Deadline } from './deadline';
import type { Run } from './run';
import type { RunRecord } from './run-record';
import { stopped } from './stopping';
import { recordWatch, startWatch } from './watch';

/** Writes sent at most, counting those whose outcome is unknown: one, and one more proven to be needed. */
const MAX_UNKNOWN_WRITES = 2;
/** Attempts that provably did not count (429, connection refused) before the run stops without having written. */
const MAX_UNSENT_WRITES = 10;
const DEFAULT_WRITE_PAUSE_MS = 5_000;
/** After an attempt that died before it sent anything: the worker is gone, and the next one is free. */
const NOT_SENT_PAUSE_MS = 100;

/**
 * Makes one side active, with zero or one effective write: a write whose outcome is unknown is followed by reads only,
 * and sent once more only after both services were seen to stand still.
 *
 * @returns false when an undo was not written; a switch that was not written ends the run.
 */
export async function promote(run: Run, target: Side): Promise<boolean> {
  const { record } = run;
  const { operators } = record;
  let unknown = 0;
  for (let unsent = 0; unsent < MAX_UNSENT_WRITES; unsent += 1) {
    const result = await sendPromotion(run, target);
    switch (result?.outcome) {
      case 'accepted':
        record.hadNoEffect = result.hadNoEffect === true;
        record.note(
          record.hadNoEffect
            ? "the API accepted the promotion, but somebody else's came first: this one had no effect"
            : 'the API accepted the promotion; only reads prove it',
        );
        return true;
      case 'rehearsed':
        record.note(`rehearsal: nothing was sent. ${result.detail}`);
        return true;
      case 'not-needed':
        record.note(`no write needed: ${result.detail}`);
        return true;
      case 'not-applied':
        record.note(`the promotion was not applied: ${result.detail}`);
        await pause(run, result.retryAfterMs ?? DEFAULT_WRITE_PAUSE_MS);
        if (operators.stopRequested && !record.mayHaveWritten) throw stopped(run);
        break;
      case 'not-sent':
        await pause(run, NOT_SENT_PAUSE_MS);
        if (operators.stopRequested && !record.mayHaveWritten) throw stopped(run);
        break;
      case 'not-allowed':
      case 'refused':
        return notWritten(run, target, result);
      default:
        unknown += 1;
        if (await movedAfterUnknownWrite(run, target, result)) return true;
        if (unknown === MAX_UNKNOWN_WRITES) return true;
    }
  }
  return notWritten(run, target, undefined);
}

/** An attempt that died, and that provably had not begun to send. */
interface NotSent {
  outcome: 'not-sent';
}

/** One attempt; `undefined` when it died and could not report, and may have written. */
async function sendPromotion(
  { record, request }: Run,
  target: Side,
): Promise<PromoteResult | NotSent | undefined> {
  const pair = record.requirePair;
  if (target === record.target) {
    const isRehearsal = request.mode === 'rehearse';
    const headline = isRehearsal
      ? `Rehearsing the promotion of ${pair[target]}: nothing will be sent.`
      : `Promoting ${pair[target]}: from here on the run only goes forward.`;
    record.enter('promote', headline);
  }
  if (request.mode === 'execute') record.pointOfNoReturn ??= now();
  const summary = summaryOf(record, target);
  try {
    const result = await write(summary).promote({
      pair,
      target,
      expected: target === record.target ? record.plan?.facts : undefined,
      ...(record.target === 'primary' ? {} : { goal: record.target }),
      ...(request.mode === 'rehearse' ? { rehearse: true } : {}),
    });
    record.count(result);
    record.mayHaveWritten ||= result.outcome === 'accepted' || result.outcome === 'unknown';
    if (!record.mayHaveWritten) record.pointOfNoReturn = undefined;
    record.recordObservation(result.situation, result.observed);
    return result;
  } catch (error) {
    if (hasSentNothing(error)) {
      record.note(`the attempt to promote ended before it sent anything (${rootMessage(error)})`);
      if (!record.mayHaveWritten) record.pointOfNoReturn = undefined;
      return { outcome: 'not-sent' };
    }
    record.mayHaveWritten = true;
    record.countLostWrite();
    record.note(`the attempt to promote ended without an answer (${rootMessage(error)})`);
    return undefined;
  }
}

/**
 * Whether an attempt that failed has provably sent nothing: it says so, or the last that Temporal took down of it is that
 * it was reading. Without any record it may have been a worker that makes none.
 */
function hasSentNothing(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) return cause.type === NOTHING_SENT;
  if (!(cause instanceof TimeoutFailure)) return false;
  return (cause.lastHeartbeatDetails as PromoteProgress | undefined)?.stage === 'reading';
}

/** In the history the marker of the point of no return: what comes after it may have been written. */
function summaryOf({ request, requirePair: pair, target: goal }: RunRecord, target: Side): string {
  if (request.mode === 'rehearse') return `rehearsal: promote ${pair[goal]}, nothing is sent`;
  return target === goal ? `point of no return: promote ${pair[target]}` : `undo: promote ${pair[target]}`;
}

/** A stop that arrives while nothing was written ends the pause at once. */
async function pause({ record }: Run, ms: number): Promise<void> {
  await condition(() => record.operators.stopRequested && !record.mayHaveWritten, ms, {
    summary: 'pause before the next attempt',
  });
}

/** Only reads, until the pair has moved (true) or has provably stood still for the quiet window (false). */
async function movedAfterUnknownWrite(
  run: Run,
  target: Side,
  result: PromoteResult | undefined,
): Promise<boolean> {
  const { record, request } = run;
  const detail = result === undefined ? 'the worker did not report' : result.detail;
  record.enter('promote-uncertain', `The outcome of the promotion is unknown (${detail}). Only reading now.`);
  const deadline = new Deadline(request.convergeTimeoutMs, 'deadline for a proof of what the write did');
  record.waitFor({
    for: 'proof of what the write did',
    wanted: 'both services read, moving or at rest',
    until: deadline.at,
  });
  const before = record.situation;
  const quietWindowMs = Math.max(request.quietWindowMs, result?.retryAfterMs ?? 0);
  const watch = startWatch(run, target, quietWindowMs);
  await condition(() => watch.ended || deadline.passed || record.operators.decision !== undefined);
  watch.stop();
  deadline.cancel();
  recordWatch(run, watch);
  if (watch.result?.ended !== 'quiet') return true;
  record.note(`the write had no effect: the pair stayed ${before} for the quiet window`);
  return false;
}

/** The write is provably not there: a run that has not written ends here, a return parks again. */
function notWritten({ record }: Run, target: Side, result: PromoteResult | undefined): false {
  const detail = result?.detail ?? `no attempt of ${MAX_UNSENT_WRITES} came to a write that counts`;
  if (target === record.origin || record.mayHaveWritten) {
    record.alarm('not-written', `the promotion of ${record.requirePair[target]} was not written: ${detail}`);
    return false;
  }
  throw record.failure(
    codeOf(result),
    'aborted',
    `${record.nothingWritten}: ${detail}. Now: ${record.seen}.`,
  );
}

/** Why nothing was written; without a result, no attempt came to a write that counts. */
function codeOf(result: PromoteResult | undefined): ErrorCode {
  if (result === undefined) return 'AIVEN_UNAVAILABLE';
  return result.outcome === 'refused' ? 'PROMOTE_REFUSED' : 'DRIFTED';
}
