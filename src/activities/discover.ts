import { cancellationSignal } from '@temporalio/activity';
import type { AivenClient } from '../aiven';
import type { DiscoverInput, Discovery } from '../contract/activities';
import { ApiSession } from '../observe/api-session';
import { findPair } from '../observe/find-pair';
import { retryUnread } from './read-retry';

/** Finds the pair of the named service; see {@link findPair}. */
export async function discover(client: AivenClient, input: DiscoverInput): Promise<Discovery> {
  const session = new ApiSession(client, cancellationSignal());
  const found = await findPair(session, input);
  if ('checks' in found) retryUnread(session, `the pair of ${input.service}`);
  return found;
}
