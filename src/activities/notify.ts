import { activityInfo, heartbeat, log, metricMeter } from '@temporalio/activity';
import { counter, metrics } from '../contract/metrics';
import type { NotifyInput, NotifyProgress, SinkProgress } from '../contract/notifications';
import { type Attempt, Tape, tellAll } from '../notify';
import type { NotifySettings } from '../notify/settings';
import { followRun } from './follow-run';
import { whileBeating } from './while-beating';

/** Tells every sink of every event of a run; see the contract. */
export async function notify(
  settings: NotifySettings,
  run: NotifyInput,
  stopping: AbortSignal,
): Promise<NotifyProgress> {
  const { heartbeatDetails, namespace } = activityInfo();
  const progress = goOn(heartbeatDetails as NotifyProgress | undefined, settings);
  const tape = new Tape();
  // When one of the two fails, the other one must not go on.
  const failing = new AbortController();
  const onAttempt = (attempt: Attempt) => {
    heartbeat(progress);
    record(attempt);
  };
  const both = (ending: AbortSignal) => {
    const signal = AbortSignal.any([ending, failing.signal]);
    return Promise.all(
      [
        followRun(run, tape, signal),
        tellAll({ settings, tape, progress: progress.sinks, namespace, onAttempt }, signal),
      ].map((work) => work.catch((error: unknown) => stop(failing, error))),
    );
  };
  try {
    await whileBeating(() => progress, stopping, both);
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
function goOn(before: NotifyProgress | undefined, settings: NotifySettings): NotifyProgress {
  const sinks = before?.sinks ?? [];
  const isKnown = (name: string) => sinks.some(({ sink }) => sink === name);
  const others = settings.sinks.filter(({ name }) => !isKnown(name)).map(({ name }) => nothingTold(name));
  return { sinks: [...sinks, ...others] };
}

function nothingTold(sink: string): SinkProgress {
  return { sink, upTo: 0, delivered: 0, undelivered: [] };
}

function record({ sink, progress, result, entry, problem }: Attempt): void {
  counter(metricMeter, metrics.notifications).add(1, { sink, result });
  const { seq, type } = entry.event;
  const about = { sink, event: `${entry.run.runId}/${seq}`, type, problem };
  if (result === 'delivered') log.debug('the event was delivered', about);
  if (result === 'lost') log.warn('the event is given up', about);
  // Once for each time it begins to fail: the attempts are in the heartbeat.
  if (result === 'retried' && progress.failing?.attempts === 1)
    log.warn('deliveries fail; tried again', about);
}
