import { cancellationSignal } from '@temporalio/activity';
import type { AivenClient } from '../aiven';
import type { VerifyResult } from '../contract/activities';
import type { Pair } from '../contract/observation';
import { ApiSession, readingOf } from '../observe/api-session';
import { settingsOfPair } from '../rules/settings';
import { now } from '../util/now';
import { retryUnread } from './read-retry';

/** One more read of both services, for the record that the run ends with. */
export async function verify(client: AivenClient, pair: Pair): Promise<VerifyResult> {
  const session = new ApiSession(client, cancellationSignal());
  const facts = await session.askPair(pair);
  retryUnread(session, `the final state of ${pair.primary} and ${pair.recovery}`);
  const settings = settingsOfPair(facts, now());
  return { ...readingOf(facts), settings, requests: session.requests };
}
