import type { UndeliveredNotifications } from '../contract/notifications';

/** Which sinks of a running notifier have not got what they should have by now. */
export async function undelivered(_notifierId: string): Promise<UndeliveredNotifications[]> {
  return [];
}
