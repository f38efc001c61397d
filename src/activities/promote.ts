import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { AivenApiError, type AivenClient, type PromotionReply } from '../aiven';
import {
  NOTHING_SENT,
  type PromoteInput,
  type PromoteOutcome,
  type PromoteResult,
} from '../contract/activities';
import { describePair } from '../contract/observation';
import { procedureTypes } from '../contract/procedure';
import { ApiSession, readingOf } from '../observe/api-session';
import { criticalFacts, driftBetween } from '../rules/critical';
import { isPromoted, mayPromote } from '../rules/moves';
import { compact } from '../util/compact';
import { stopwatch } from '../util/elapsed';
import { spread } from '../util/retry-after';
import { rootMessage } from '../util/root-cause';
import type { Guard } from './consent';
import { type BeginPromotionRecord, beginPromotionRecord, type PromotionRecord } from './promotion-record';

/** What was read longer ago than this is no ground for a write. */
const SECOND_LOOK_MAX_AGE_MS = 10_000;

/**
 * Sends at most one promotion, and only right after both services were read (the second look), the table of moves
 * allows it, no critical fact has moved since the checks, and the run that asks has the right to it (the guard).
 * It never throws for a reason of the API: what became of the write is its answer. Before the write leaves, Temporal has
 * taken down that it is about to.
 *
 * @throws ApplicationFailure NOT_SCHEDULED_BY_RUN, when no running procedure asked for it: nothing was read or sent;
 * NOTHING_SENT, when the worker was stopped before the write.
 */
export async function promote(
  client: AivenClient,
  guard: Guard,
  input: PromoteInput,
  beginRecord: BeginPromotionRecord = beginPromotionRecord,
): Promise<PromoteResult> {
  const record = await beginRecord().catch(async (error: unknown) => {
    // Who has no run behind it is told that first.
    await guard.requireRun(procedureTypes);
    throw nothingSent(`Temporal did not take down that it has begun: ${rootMessage(error)}`);
  });
  try {
    return await attempt(client, guard, input, record);
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
  input: PromoteInput,
  record: PromotionRecord,
): Promise<PromoteResult> {
  const { pair, target, goal = 'primary' } = input;
  const { refusal, consent, isAsked } = await askGuard(guard, input);
  const session = new ApiSession(client, cancellationSignal());
  const service = pair[target];
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

  if (isPromoted(target, reading.observed)) {
    return answer(
      'not-needed',
      `${service} is active or on its way already (${describePair(reading.observed)})`,
    );
  }
  if (!mayPromote(target, reading.situation, reading.observed, goal)) {
    const detail = `${reading.situation} does not allow promoting ${service}`;
    return answer(session.worthRetrying ? 'not-applied' : 'not-allowed', detail, session.retryAfterMs);
  }
  if (refusal !== undefined) return answer(isAsked ? 'not-allowed' : 'not-applied', refusal);
  if (target === goal && input.expected === undefined) {
    return answer('not-allowed', 'nothing says what was checked before');
  }
  const critical = criticalFacts(facts);
  const moved = input.expected === undefined ? [] : driftBetween(input.expected, critical);
  if (moved.length > 0) return answer('not-allowed', `since the checks, ${moved.join('; ')}`);
  const lacking = await consent(critical);
  if (lacking !== undefined) return answer('not-allowed', `this worker demands consent: ${lacking}`);
  const tooOld = () =>
    age() > SECOND_LOOK_MAX_AGE_MS
      ? 'so much time has passed since both services were read that they may have changed'
      : undefined;
  const old = tooOld();
  if (old !== undefined) return answer('not-applied', old);
  if (input.rehearse) return answer('rehearsed', `${service} would have been promoted now`);
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
    const reply = await client.promote(pair.project, service, pair.dialect, { ...options, holdBack: tooOld });
    const seen = reading.observed[target];
    const wasFirst = seen.readable && isEarlierChange(seen.updatedAt, reply);
    return wasFirst ? { ...answer('accepted', ''), hadNoEffect: true } : answer('accepted', '');
  } catch (error) {
    if (!(error instanceof AivenApiError)) throw error;
    const { message } = error;
    const retryAfterMs = error.retryAfterMs && spread(error.retryAfterMs);
    if (error.outcome !== 'not-applied') return answer('unknown', message, retryAfterMs);
    if (error.retryable) return answer('not-applied', message, retryAfterMs);
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
function isEarlierChange(seenUpdate: string, { updateTime, sentAtMs }: PromotionReply): boolean {
  if (updateTime === undefined || sentAtMs === undefined || updateTime === seenUpdate) return false;
  return Date.parse(updateTime) < sentAtMs - CLOCK_STEP_MS;
}

/** Before anything is read, since what was read must not grow old over it. */
async function askGuard(guard: Guard, input: PromoteInput) {
  const consent = async (): Promise<string | undefined> => undefined;
  try {
    const refusal = await guard.refusalOfPair(input.pair, input.goal ?? 'primary');
    if (refusal !== undefined) return { isAsked: true, refusal, consent };
    return { isAsked: true, refusal, consent: await guard.consentFor(input) };
  } catch (error) {
    if (error instanceof ApplicationFailure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { isAsked: false, refusal: `Temporal did not say whether this run may write (${why})`, consent };
  }
}
