import type { NotifyInput, NotifyProgress } from '../contract/notifications';
import type { NotifySettings } from '../notify/settings';

/** Tells every sink of every event of a run; see the contract. */
export async function notify(
  _settings: NotifySettings,
  _input: NotifyInput,
  _stopping: AbortSignal,
): Promise<NotifyProgress> {
  return { sinks: [] };
}
