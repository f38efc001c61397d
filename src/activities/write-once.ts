import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { AivenApiError, type AivenClient, type CallOptions, type WriteReply } from '../aiven';
import { describePair, type Pair, type PairObservation, type Side } from '../contract/observation';
import { type Move, procedureTypes } from '../contract/procedure';
import { NOTHING_SENT, type PromoteOutcome, type PromoteResult } from '../contract/write';
import { ApiSession, type PairReading, readingOf } from '../observe/api-session';
import { criticalFacts, driftBetween } from '../rules/critical';
import { compact } from '../util/compact';
import { stopwatch } from '../util/elapsed';
import { spread } from '../util/retry-after';
import { rootMessage } from '../util/root-cause';
import type { Consent, Guard } from './consent';
import { type BeginPromotionRecord, beginPromotionRecord, type PromotionRecord } from './promotion-record';

/** What was read longer ago than this is no ground for a write. */
const SECOND_LOOK_MAX_AGE_MS = 10_000;

/** The looks at both services (and at the status of the pair), and the write. */
const REQUESTS = { role: 3, 'promote-to-master': 4 } as const;

/** One write: whose it is, when nothing is left to do, when it is allowed, and how it is sent. */
export interface Write {
  pair: Pair;
  /** The move of which it is a part, as the goal or as its undo. */
  move: Move;
  isUndo: boolean;
  /** The side that it is sent to. */
  side: Side;
  /** For a sentence: `promoting pg-main`, `promoted`, `active or on its way`. */
  doing: string;
  past: string;
  done: string;
  /** The critical facts that were checked; when one has moved, nothing is sent. An undo has none: it answers to what is read. */
  expected: Record<string, string> | undefined;
  rehearse: boolean;
  isDone(observed: PairObservation): boolean;
  isAllowed(reading: PairReading): boolean;
  /** @param consent what the run has got for this very write. */
  send(options: CallOptions, consent: Consent): Promise<WriteReply>;
}

/**
 * Sends at most one write, and only right after both services were read (the second look), the table of moves
 * allows it, no critical fact has moved since the checks, and the run that asks has the right to it (the guard).
 * It never throws for a reason of the API: what became of the write is its answer. Before the write leaves, Temporal has
 * taken down that it is about to.
 *
 * @throws ApplicationFailure NOT_SCHEDULED_BY_RUN, when no running procedure asked for it: nothing was read or sent;
 * NOTHING_SENT, when the worker was stopped before the write.
 */
export async function writeOnce(
  client: AivenClient,
  guard: Guard,
  write: Write,
  beginRecord: BeginPromotionRecord = beginPromotionRecord,
): Promise<PromoteResult> {
  const record = await beginRecord().catch(async (error: unknown) => {
    // Who has no run behind it is told that first.
    await guard.requireRun(procedureTypes);
    throw nothingSent(`Temporal did not take down that it has begun: ${rootMessage(error)}`);
  });
  try {
    return await attempt(client, guard, write, record);
  } catch (error) {
    const { reason, aborted } = cancellationSignal();
    if (!aborted || error !== reason) throw error;
    // Only a write that was under way is an answer then; see `AivenClient.promote`.
    throw nothingSent('the worker was stopped');
  } finally {
    record.end();
  }
}

function nothingSent(why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`nothing was sent: ${why}`, NOTHING_SENT);
}

async function attempt(
  client: AivenClient,
  guard: Guard,
  write: Write,
  record: PromotionRecord,
): Promise<PromoteResult> {
  const { pair, side, expected } = write;
  // Together, and before anything is looked at, so that no turn comes between a look and the write.
  await client.budget?.take('write', REQUESTS[pair.dialect], cancellationSignal());
  const { refusal, consent, isAsked } = await askGuard(guard, write);
  const session = new ApiSession(client, cancellationSignal(), undefined, {
    priority: 'write',
    isPaid: true,
  });
  const service = pair[side];
  const age = stopwatch();
  const facts = await session.askPair(pair);
  let reading = readingOf(facts);
  let writeId: string | undefined;
  const answer = (outcome: PromoteOutcome, detail: string, retryAfterMs?: number): PromoteResult => ({
    outcome,
    detail,
    ...reading,
    requests: session.requests,
    ...compact({ requestId: writeId, retryAfterMs }),
  });

  if (write.isDone(reading.observed)) {
    return answer('not-needed', `${service} is ${write.done} already (${describePair(reading.observed)})`);
  }
  if (!write.isAllowed(reading)) {
    const detail = `${reading.situation} does not allow ${write.doing}`;
    return answer(session.worthRetrying ? 'not-applied' : 'not-allowed', detail, session.retryAfterMs);
  }
  if (refusal !== undefined) return answer(isAsked ? 'not-allowed' : 'not-applied', refusal);
  if (!write.isUndo && expected === undefined) {
    return answer('not-allowed', 'nothing says what was checked before');
  }
  const critical = criticalFacts(facts, write.move);
  const moved = expected === undefined ? [] : driftBetween(expected, critical);
  if (moved.length > 0) return answer('not-allowed', `since the checks, ${moved.join('; ')}`);
  const given = await consent(critical);
  if (given.lacking !== undefined)
    return answer('not-allowed', `this worker demands consent: ${given.lacking}`);
  const tooOld = () =>
    age() > SECOND_LOOK_MAX_AGE_MS
      ? 'so much time has passed since both services were read that they may have changed'
      : undefined;
  const old = tooOld();
  if (old !== undefined) return answer('not-applied', old);
  if (write.rehearse) return answer('rehearsed', `${service} would have been ${write.past} now`);
  const unrecorded = await record.aboutToSend(cancellationSignal()).then(
    () => undefined,
    (error: unknown) => `Temporal did not take down that the write is about to leave (${rootMessage(error)})`,
  );
  cancellationSignal().throwIfAborted();
  if (unrecorded !== undefined) return answer('not-applied', unrecorded);
  try {
    const options = session.options((requestId) => {
      writeId = requestId;
    });
    const reply = await write.send({ ...options, holdBack: tooOld }, given);
    const seen = reading.observed[side];
    const wasFirst = seen.readable && isEarlierChange(seen.updatedAt, reply);
    return wasFirst ? { ...answer('accepted', ''), hadNoEffect: true } : answer('accepted', '');
  } catch (error) {
    if (!(error instanceof AivenApiError)) throw error;
    const { message } = error;
    const retryAfterMs = error.retryAfterMs && spread(error.retryAfterMs);
    if (error.outcome !== 'not-applied') return answer('unknown', message, retryAfterMs);
    if (error.retryable) return answer('not-applied', message, retryAfterMs);
    await client.budget?.take('write', REQUESTS[pair.dialect] - 1, cancellationSignal()).catch(() => {});
    // Told to stop meanwhile, it answers with what it read before: the write did leave.
    reading = await session.readPair(pair).catch((failure: unknown) => {
      if (!cancellationSignal().aborted) throw failure;
      return reading;
    });
    return answer('refused', message);
  }
}

/** `update_time` has whole seconds, and so has what the API's clock is known by. */
const CLOCK_STEP_MS = 2_000;

/**
 * True when the reply shows a change of the service that the second look had not seen, and that was made before this
 * write was sent: somebody else's promotion came first, and this one had no effect. A change within two seconds of the
 * sending can be either's.
 */
function isEarlierChange(seenUpdate: string, { updateTime, sentAtMs }: WriteReply): boolean {
  if (updateTime === undefined || sentAtMs === undefined || updateTime === seenUpdate) return false;
  return Date.parse(updateTime) < sentAtMs - CLOCK_STEP_MS;
}

/** Before anything is read, since what was read must not grow old over it. */
async function askGuard(guard: Guard, write: Write) {
  const consent = async (): Promise<Consent> => ({});
  try {
    const refusal = await guard.refusalOfPair(write.pair, write.move);
    if (refusal !== undefined) return { isAsked: true, refusal, consent };
    return { isAsked: true, refusal, consent: await guard.consentFor(write) };
  } catch (error) {
    if (error instanceof ApplicationFailure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { isAsked: false, refusal: `Temporal did not say whether this run may write (${why})`, consent };
  }
}
