import { ActivityFailure, ApplicationFailure, condition, TimeoutFailure } from '@temporalio/workflow';
import type { ErrorCode } from '../../contract/errors';
import type { Side } from '../../contract/observation';
import { NOTHING_SENT, type PromoteProgress, type PromoteResult } from '../../contract/write';
import { now } from '../../util/now';
import { rootMessage } from '../../util/root-cause';
import { write } from './activity-proxies';
import { Deadline } from './deadline';
import type { Run } from './run';
import { stopped } from './stopping';
import { recordWatch, startWatch } from './watch';

/** Writes sent at most, counting those whose outcome is unknown: one, and one more proven to be needed. */
const MAX_UNKNOWN_WRITES = 2;
/** Attempts that provably did not count (429, connection refused) before the run stops without having written. */
const MAX_UNSENT_WRITES = 10;
const DEFAULT_WRITE_PAUSE_MS = 5_000;
/** After an attempt that died before it sent anything: the worker is gone, and the next one is free. */
const NOT_SENT_PAUSE_MS = 100;

/** One write of the run, as it is said and sent. */
export interface Sending {
  /** The side that is active once it has had its effect. */
  side: Side;
  isUndo: boolean;
  /** For a sentence: `the promotion`, `the attempt to promote`, `the promotion of pg-main`. */
  noun: 'promotion' | 'failover' | 'rebuild';
  verb: 'promote' | 'fail over' | 'rebuild';
  service: string;
  /** For the headline of the phase; an undo has said its own. */
  headline: string | undefined;
  /** In the history the marker of the point of no return: what comes after it may have been written. */
  summary: string;
  /** When the API refuses it for good. */
  refused: ErrorCode;
  send(summary: string): Promise<PromoteResult>;
}

/** Makes one side active: the goal of the present move, or its undo. */
export function promote(run: Run, target: Side): Promise<boolean> {
  return writeOnce(run, promotionOf(run, target));
}

/** Has the primary fail for good, which destroys it. */
export function fail(run: Run): Promise<boolean> {
  const { record, request } = run;
  const pair = record.requirePair;
  const isRehearsal = request.mode === 'rehearse';
  return writeOnce(run, {
    side: record.target,
    isUndo: false,
    noun: 'failover',
    verb: 'fail over',
    service: pair.primary,
    headline: isRehearsal
      ? `Rehearsing the failover of ${pair.primary}: nothing will be sent.`
      : `Failing ${pair.primary} over to ${pair.recovery}: what was not replicated is lost.`,
    summary: isRehearsal
      ? `rehearsal: fail ${pair.primary} over, nothing is sent`
      : `point of no return: destroy ${pair.primary}`,
    refused: 'FAILOVER_REFUSED',
    send: (summary) =>
      write(summary).fail({
        pair,
        expected: record.plan?.facts,
        ...(request.drill ? { drill: true } : {}),
        ...(isRehearsal ? { rehearse: true } : {}),
      }),
  });
}

/** Has the failed primary rebuilt. */
export function rebuild(run: Run): Promise<boolean> {
  const { record, request } = run;
  const pair = record.requirePair;
  const isRehearsal = request.mode === 'rehearse';
  return writeOnce(run, {
    side: record.target,
    isUndo: false,
    noun: 'rebuild',
    verb: 'rebuild',
    service: pair.primary,
    headline: isRehearsal
      ? `Rehearsing the rebuild of ${pair.primary}: nothing will be sent.`
      : `Having ${pair.primary} rebuilt from ${pair.recovery}: what it had is lost.`,
    summary: isRehearsal
      ? `rehearsal: rebuild ${pair.primary}, nothing is sent`
      : `point of no return: rebuild ${pair.primary}`,
    refused: 'REBUILD_REFUSED',
    send: (summary) =>
      write(summary).rebuild({
        pair,
        expected: record.plan?.facts,
        ...(isRehearsal ? { rehearse: true } : {}),
      }),
  });
}

function promotionOf(run: Run, target: Side): Sending {
  const { record, request } = run;
  const pair = record.requirePair;
  const isUndo = target !== record.target;
  const isRehearsal = request.mode === 'rehearse';
  const forward = isRehearsal
    ? `Rehearsing the promotion of ${pair[target]}: nothing will be sent.`
    : `Promoting ${pair[target]}: from here on the run only goes forward.`;
  const marker = `${isUndo ? 'undo' : 'point of no return'}: promote ${pair[target]}`;
  return {
    side: target,
    isUndo,
    noun: 'promotion',
    verb: 'promote',
    service: pair[target],
    headline: isUndo ? undefined : forward,
    summary: isRehearsal ? `rehearsal: promote ${pair[record.target]}, nothing is sent` : marker,
    refused: 'PROMOTE_REFUSED',
    send: (summary) =>
      write(summary).promote({
        pair,
        target,
        expected: isUndo ? undefined : record.plan?.facts,
        ...(record.target === 'primary' ? {} : { goal: record.target }),
        ...(isRehearsal ? { rehearse: true } : {}),
      }),
  };
}

/**
 * Sends a write with zero or one effect: one whose outcome is unknown is followed by reads only, and sent once more only
 * after both services were seen to stand still.
 *
 * @returns false when an undo was not written; another write that was not written ends the run.
 */
async function writeOnce(run: Run, sending: Sending): Promise<boolean> {
  const { record } = run;
  const { operators } = record;
  let unknown = 0;
  for (let unsent = 0; unsent < MAX_UNSENT_WRITES; unsent += 1) {
    const result = await attempt(run, sending);
    switch (result?.outcome) {
      case 'accepted':
        record.hadNoEffect = result.hadNoEffect === true;
        record.note(
          record.hadNoEffect
            ? `the API accepted the ${sending.noun}, but somebody else's came first: this one had no effect`
            : `the API accepted the ${sending.noun}; only reads prove it`,
        );
        return true;
      case 'rehearsed':
        record.note(`rehearsal: nothing was sent. ${result.detail}`);
        return true;
      case 'not-needed':
        record.note(`no write needed: ${result.detail}`);
        return true;
      case 'not-applied':
        record.note(`the ${sending.noun} was not applied: ${result.detail}`);
        await pause(run, result.retryAfterMs ?? DEFAULT_WRITE_PAUSE_MS);
        if (operators.stopRequested && !record.mayHaveWritten) throw stopped(run);
        break;
      case 'not-sent':
        await pause(run, NOT_SENT_PAUSE_MS);
        if (operators.stopRequested && !record.mayHaveWritten) throw stopped(run);
        break;
      case 'not-allowed':
      case 'refused':
        return notWritten(run, sending, result);
      default:
        unknown += 1;
        record.hasUnknownWrite = true;
        if (await movedAfterUnknownWrite(run, sending, result)) return true;
        if (unknown === MAX_UNKNOWN_WRITES) return true;
    }
  }
  return notWritten(run, sending, undefined);
}

/** An attempt that died, and that provably had not begun to send. */
interface NotSent {
  outcome: 'not-sent';
}

/** One attempt; `undefined` when it died and could not report, and may have written. */
async function attempt(
  { record, request }: Run,
  { headline, summary, send, verb }: Sending,
): Promise<PromoteResult | NotSent | undefined> {
  if (headline !== undefined) record.enter('promote', headline);
  if (request.mode === 'execute') record.pointOfNoReturn ??= now();
  try {
    const result = await send(summary);
    record.count(result);
    record.mayHaveWritten ||= result.outcome === 'accepted' || result.outcome === 'unknown';
    if (!record.mayHaveWritten) record.pointOfNoReturn = undefined;
    record.recordObservation(result.situation, result.observed);
    return result;
  } catch (error) {
    if (hasSentNothing(error)) {
      record.note(`the attempt to ${verb} ended before it sent anything (${rootMessage(error)})`);
      if (!record.mayHaveWritten) record.pointOfNoReturn = undefined;
      return { outcome: 'not-sent' };
    }
    record.mayHaveWritten = true;
    record.countLostWrite();
    record.note(`the attempt to ${verb} ended without an answer (${rootMessage(error)})`);
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

/** A stop that arrives while nothing was written ends the pause at once. */
async function pause({ record }: Run, ms: number): Promise<void> {
  await condition(() => record.operators.stopRequested && !record.mayHaveWritten, ms, {
    summary: 'pause before the next attempt',
  });
}

/** Only reads, until the pair has moved (true) or has provably stood still for the quiet window (false). */
async function movedAfterUnknownWrite(
  run: Run,
  { side, noun }: Sending,
  result: PromoteResult | undefined,
): Promise<boolean> {
  const { record, request } = run;
  const detail = result === undefined ? 'the worker did not report' : result.detail;
  record.enter('promote-uncertain', `The outcome of the ${noun} is unknown (${detail}). Only reading now.`);
  const deadline = new Deadline(request.convergeTimeoutMs, 'deadline for a proof of what the write did');
  record.waitFor({
    for: 'proof of what the write did',
    wanted: 'both services read, moving or at rest',
    until: deadline.at,
  });
  const before = record.situation;
  const quietWindowMs = Math.max(request.quietWindowMs, result?.retryAfterMs ?? 0);
  const watch = startWatch(run, side, quietWindowMs);
  await condition(() => watch.ended || deadline.passed || record.operators.decision !== undefined);
  watch.stop();
  deadline.cancel();
  recordWatch(run, watch);
  if (watch.result?.ended !== 'quiet') return true;
  record.note(`the write had no effect: the pair stayed ${before} for the quiet window`);
  return false;
}

/** The write is provably not there: a move that has not written ends here, an undo parks again. */
function notWritten(
  { record }: Run,
  { isUndo, noun, service, refused }: Sending,
  result: PromoteResult | undefined,
): false {
  const detail = result?.detail ?? `no attempt of ${MAX_UNSENT_WRITES} came to a write that counts`;
  if (isUndo || record.mayHaveWritten) {
    record.alarm('not-written', `the ${noun} of ${service} was not written: ${detail}`);
    return false;
  }
  // Without a result, no attempt came to a write that counts.
  const ofResult: ErrorCode = result?.outcome === 'refused' ? refused : 'DRIFTED';
  throw record.failure(
    result === undefined ? 'AIVEN_UNAVAILABLE' : ofResult,
    'aborted',
    `${record.nothingWritten}: ${detail}. Now: ${record.seen}.`,
  );
}
