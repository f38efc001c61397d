import { createHash } from 'node:crypto';
import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { AivenClient } from '../../aiven';
import type { FleetWave } from '../../contract/fleet';
import type { ResolvedFleet } from '../../contract/fleet-activities';
import { type FleetRequest, MOST_PAIRS } from '../../contract/fleet-input';
import { ApiSession } from '../../observe/api-session';
import { listServices } from '../../observe/list-services';
import { projectsOf, selectPairs } from '../../rules/fleet/select';
import { wavesOf } from '../../rules/fleet/waves';
import { retryUnread } from '../read-retry';

/**
 * Says which pairs a fleet is about, once and for all.
 *
 * @throws ApplicationFailure `NOT_READABLE` when a project could not be read: nothing is known then.
 */
export async function resolveFleet(client: AivenClient, request: FleetRequest): Promise<ResolvedFleet> {
  const session = new ApiSession(client, cancellationSignal());
  const needsTags = request.select?.tags !== undefined || request.waves.byTag !== undefined;
  const listing = await listServices(session, projectsOf(request), needsTags);
  const { requests } = session;
  if ('unread' in listing) {
    retryUnread(session, 'the services');
    const why = listing.unread.map((one) => one.why);
    if (listing.unread.every(({ isGone }) => isGone)) return { faults: why, requests };
    throw ApplicationFailure.nonRetryable(why.join('; '), 'NOT_READABLE');
  }
  const selection = selectPairs(request, listing.services);
  if ('faults' in selection) return { ...selection, requests };
  const waves = wavesOf(selection.pairs, request.waves);
  const count = waves.flatMap(({ pairs }) => pairs).length;
  if (count > MOST_PAIRS)
    return { faults: [`"select" finds ${count} pairs; at most ${MOST_PAIRS} are taken`], requests };
  return { plan: { waves, fingerprint: fingerprintOf(request, waves) }, requests };
}

/**
 * The same for the same work on the same pairs in the same waves, and short enough to be read aloud. Not of the mode: a
 * plan is read to be executed.
 */
function fingerprintOf({ procedure, run }: FleetRequest, waves: readonly FleetWave[]): string {
  const options = Object.entries(run).sort(([one], [other]) => (one < other ? -1 : 1));
  const text = JSON.stringify([procedure, options, waves.map(({ pairs }) => pairs)]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
