import { cancellationSignal } from '@temporalio/activity';
import type { AivenClient } from '../aiven';
import type { VerifyResult } from '../contract/activities';
import type { Pair } from '../contract/observation';
import { ApiSession } from './api-session';
import { retryUnread } from './patience';

/** One more read of both services, for the record that the run ends with. */
export async function verify(client: AivenClient, pair: Pair): Promise<VerifyResult> {
  const session = new ApiSession(client, cancellationSignal());
  const reading = await session.readPair(pair);
  retryUnread(session, `the final state of ${pair.primary} and ${pair.recovery}`);
  return { ...reading, requests: session.requests };
}
