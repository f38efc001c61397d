import { activityInfo, heartbeat, log, metricMeter } from '@temporalio/activity';
import { counter, metrics } from '../contract/metrics';
import type { NotifyInput, NotifyProgress, SinkProgress } from '../contract/notifications';
import type { NotifySettings } from '../notify';
import { type DeliveryAttempt, EventFeed, notifyAll } from '../notify';
import { followRun } from './follow-run';
import { withHeartbeat } from './with-heartbeat';

/** Tells every sink of every event of a run; see the contract. */
export async function notify(
  settings: NotifySettings,
  run: NotifyInput,
  stopping: AbortSignal,
): Promise<NotifyProgress> {
  const { heartbeatDetails, namespace } = activityInfo();
  const progress = resume(heartbeatDetails as NotifyProgress | undefined, settings);
  const feed = new EventFeed();
  // When one of the two fails, the other one must not go on.
  const failing = new AbortController();
  const onAttempt = (attempt: DeliveryAttempt) => {
    heartbeat(progress);
    record(attempt);
  };
  const both = (ending: AbortSignal) => {
    const signal = AbortSignal.any([ending, failing.signal]);
    return Promise.all(
      [
        followRun(run, feed, signal),
        notifyAll({ settings, feed, progress: progress.sinks, namespace, onAttempt }, signal),
      ].map((work) => work.catch((error: unknown) => stop(failing, error))),
    );
  };
  try {
    await withHeartbeat(() => progress, stopping, both);
    return progress;
  } finally {
    heartbeat(progress);
  }
}

function stop(failing: AbortController, error: unknown): never {
  failing.abort(error);
  throw error;
}

/** What an earlier attempt knew; also of sinks that this worker has not, since the next one may have them again. */
function resume(before: NotifyProgress | undefined, settings: NotifySettings): NotifyProgress {
  const sinks = before?.sinks ?? [];
  const isKnown = (name: string) => sinks.some(({ sink }) => sink === name);
  const others = settings.sinks.filter(({ name }) => !isKnown(name)).map(({ name }) => noProgress(name));
  return { sinks: [...sinks, ...others] };
}

function noProgress(sink: string): SinkProgress {
  return { sink, upTo: 0, delivered: 0, undelivered: [] };
}

function record({ sink, progress, result, entry, problem }: DeliveryAttempt): void {
  counter(metricMeter, metrics.notifications).add(1, { sink, result });
  const { seq, type } = entry.event;
  const about = { sink, event: `${entry.run.runId}/${seq}`, type, problem };
  if (result === 'delivered') log.debug('the event was delivered', about);
  if (result === 'lost') log.warn('the event is given up', about);
  // Once for each time it begins to fail: the attempts are in the heartbeat.
  if (result === 'retried' && progress.failing?.attempts === 1)
    log.warn('deliveries fail; tried again', about);
}
