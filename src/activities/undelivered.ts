import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { NotifyProgress, SinkProgress, UndeliveredNotifications } from '../contract/notifications';

/** The end of a run waits for this. */
const LIMIT_MS = 2_000;
/** A notifier that has said nothing for so long has not begun. */
const BEGINNING_MS = 10_000;

/** Which sinks of a running notifier have not got what they should have by now. */
export async function undelivered(notifierId: string): Promise<UndeliveredNotifications[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<UndeliveredNotifications[]>((resolve) => {
    timer = setTimeout(
      () => resolve(unknown('Temporal did not say in time how far its notifier is')),
      LIMIT_MS,
    );
  });
  try {
    return await Promise.race([look(notifierId), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function look(notifierId: string): Promise<UndeliveredNotifications[]> {
  try {
    const { status, startTime, raw } = await getClient().workflow.getHandle(notifierId).describe();
    if (status.name !== 'RUNNING')
      return unknown(`its notifier was closed before the run ended (${status.name})`);
    const payload = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.[0];
    if (payload) {
      const { payloadConverter } = getClient().options.loadedDataConverter;
      return payloadConverter.fromPayload<NotifyProgress>(payload).sinks.flatMap(problemOf);
    }
    const isLate = Date.now() - startTime.getTime() > BEGINNING_MS;
    return isLate ? unknown('its notifier has not begun: no worker has taken it up') : [];
  } catch (error) {
    const isMissing = error instanceof WorkflowNotFoundError;
    return unknown(isMissing ? 'it has no notifier' : 'Temporal does not say how far its notifier is');
  }
}

function problemOf({ sink, failing, undelivered: lost }: SinkProgress): UndeliveredNotifications[] {
  const problem = failing?.error ?? lost.at(-1)?.why;
  if (problem === undefined) return [];
  return [{ sink, lost: lost.length, problem, ...(failing === undefined ? {} : { since: failing.since }) }];
}

function unknown(problem: string): UndeliveredNotifications[] {
  return [{ sink: '*', lost: 0, problem }];
}
