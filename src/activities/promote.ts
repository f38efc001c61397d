import { cancellationSignal } from '@temporalio/activity';
import { AivenApiError, type AivenClient } from '../aiven';
import type { PromoteInput, PromoteOutcome, PromoteResult } from '../contract/activities';
import { describePair } from '../contract/observation';
import { ApiSession, readingOf } from '../observe/api-session';
import { criticalFacts, driftBetween } from '../rules/critical';
import { isPromoted, mayPromote } from '../rules/moves';

/** What was read longer ago than this is no ground for a write. */
const SECOND_LOOK_MAX_AGE_MS = 10_000;

/**
 * Sends at most one promotion, and only right after both services were read (the second look), the table of moves
 * allows it, and no critical fact has moved since the checks.
 * It never throws for a reason of the API: what became of the write is its answer.
 */
export async function promote(client: AivenClient, input: PromoteInput): Promise<PromoteResult> {
  const { pair, target } = input;
  const session = new ApiSession(client, cancellationSignal());
  const service = pair[target];
  const lookedAt = Date.now();
  const facts = await session.askPair(pair);
  let reading = readingOf(facts);
  let writeId: string | undefined;
  const answer = (outcome: PromoteOutcome, detail: string, retryAfterMs?: number): PromoteResult => ({
    outcome,
    detail,
    ...reading,
    requests: session.requests,
    ...(writeId === undefined ? {} : { requestId: writeId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

  if (isPromoted(target, reading.observed)) {
    return answer(
      'not-needed',
      `${service} is active or on its way already (${describePair(reading.observed)})`,
    );
  }
  if (!mayPromote(target, reading.situation, reading.observed)) {
    const detail = `${reading.situation} does not allow promoting ${service}`;
    return answer(session.worthRetrying ? 'not-applied' : 'not-allowed', detail, session.retryAfterMs);
  }
  const moved = input.expected === undefined ? [] : driftBetween(input.expected, criticalFacts(facts));
  if (moved.length > 0) return answer('not-allowed', `since the checks, ${moved.join('; ')}`);
  if (Date.now() - lookedAt > SECOND_LOOK_MAX_AGE_MS) {
    return answer('not-applied', 'reading both services took so long that they may have changed');
  }
  if (input.rehearse) return answer('rehearsed', `${service} would have been promoted now`);
  try {
    const api = session.api((requestId) => {
      writeId = requestId;
    });
    await api.promote(pair.project, service, pair.dialect, { signal: cancellationSignal() });
    return answer('accepted', '');
  } catch (error) {
    if (!(error instanceof AivenApiError)) throw error;
    const { message, retryAfterMs } = error;
    if (error.outcome !== 'not-applied') return answer('unknown', message, retryAfterMs);
    if (error.retryable) return answer('not-applied', message, retryAfterMs);
    reading = await session.readPair(pair);
    return answer('refused', message);
  }
}
