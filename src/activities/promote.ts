import { cancellationSignal } from '@temporalio/activity';
import { AivenApiError, type AivenClient } from '../aiven';
import type { PromoteInput, PromoteOutcome, PromoteResult } from '../contract/activities';
import { describePair } from '../contract/observation';
import { isPromoted, mayPromote } from '../rules/moves';
import { ApiSession } from './api-session';

/**
 * Sends at most one promotion, and only right after both services were read and the table of moves allows it.
 * It never throws for a reason of the API: what became of the write is its answer.
 */
export async function promote(client: AivenClient, { pair, target }: PromoteInput): Promise<PromoteResult> {
  const session = new ApiSession(client, cancellationSignal());
  const service = pair[target];
  let reading = await session.readPair(pair);
  const answer = (outcome: PromoteOutcome, detail: string, retryAfterMs?: number): PromoteResult => ({
    outcome,
    detail,
    ...reading,
    requests: session.requests,
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
  try {
    await session.api.promote(pair.project, service, pair.dialect, { signal: cancellationSignal() });
    return answer('accepted', '');
  } catch (error) {
    if (!(error instanceof AivenApiError)) throw error;
    if (error.outcome !== 'not-applied') return answer('unknown', error.message);
    if (error.retryable) return answer('not-applied', error.message, error.retryAfterMs);
    reading = await session.readPair(pair);
    return answer('refused', error.message);
  }
}
