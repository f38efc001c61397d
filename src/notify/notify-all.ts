import type { SinkProgress } from '../contract/notifications';
import { outgoing } from '../util/outgoing';
import { deliverAll, type Result } from './deliver';
import type { EventFeed, FeedEntry } from './event-feed';
import { pagerDutySink } from './pagerduty';
import { post } from './post';
import { type NotifySettings, RETRY_POLICY, type SinkSettings } from './settings';
import type { Sink } from './sink';
import { slackSink } from './slack';
import { webhookSink } from './webhook';

/** What came of one attempt to tell one sink of one event. */
export interface DeliveryAttempt {
  sink: string;
  /** How far the sink is, and since when it fails. */
  progress: SinkProgress;
  result: Result;
  entry: FeedEntry;
  /** Why it was not delivered. */
  problem?: string;
}

export interface NotifyAllOptions {
  settings: NotifySettings;
  feed: EventFeed;
  /** One for each sink, under its name; kept up to date. */
  progress: SinkProgress[];
  /** The Temporal namespace of the run, for links. */
  namespace: string;
  onAttempt: (attempt: DeliveryAttempt) => void;
}

/**
 * Tells every sink of everything on the tape, each in order and none waiting for another, until the tape ends and all is
 * delivered or given up.
 *
 * @throws the reason of the signal; the progress says how far it got.
 */
export async function notifyAll(options: NotifyAllOptions, signal: AbortSignal): Promise<void> {
  const { settings, feed, progress, namespace, onAttempt } = options;
  const retryPolicy = { ...RETRY_POLICY, ...settings.retryPolicy };
  const dispatcher = outgoing(retryPolicy.attemptMs);
  const notifyOne = (sink: SinkSettings, of: SinkProgress) =>
    deliverAll(
      feed,
      {
        sink: sinkOf(sink),
        progress: of,
        isWanted: ({ event }) => sink.events?.includes(event.type) ?? true,
        linkTo: ({ run }) => linkTo(settings.uiUrl, namespace, run),
        post: (request) => post(dispatcher, request, retryPolicy.attemptMs, signal),
        retryPolicy,
        onResult: (result, entry, problem) =>
          onAttempt({ sink: sink.name, progress: of, result, entry, ...(problem && { problem }) }),
      },
      signal,
    );
  try {
    await Promise.all(
      settings.sinks.flatMap((sink) => {
        const of = progress.find((one) => one.sink === sink.name);
        return of === undefined ? [] : [notifyOne(sink, of)];
      }),
    );
  } finally {
    // Whoever has answered has answered; a connection that is still busy with its body is of no use.
    await dispatcher.destroy();
  }
}

function sinkOf(settings: SinkSettings): Sink {
  if (settings.type === 'webhook') return webhookSink(settings);
  return settings.type === 'slack' ? slackSink(settings) : pagerDutySink(settings);
}

function linkTo(uiUrl: string | undefined, namespace: string, run: FeedEntry['run']): string | undefined {
  const parts = [namespace, 'workflows', run.workflowId, run.runId].map(encodeURIComponent);
  return uiUrl === undefined ? undefined : `${uiUrl}/namespaces/${parts.join('/')}`;
}
