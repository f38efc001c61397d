import { Agent } from 'undici';
import type { SinkProgress } from '../contract/notifications';
import { deliverAll, type Result } from './courier';
import { pagerDutySink } from './pagerduty';
import { post } from './post';
import { type NotifySettings, PATIENCE, type SinkSettings } from './settings';
import type { Sink } from './sink';
import { slackSink } from './slack';
import type { Entry, Tape } from './tape';
import { webhookSink } from './webhook';

export type { Result } from './courier';
export { PATIENCE } from './settings';
export { type Entry, Tape } from './tape';

/** What came of one attempt to tell one sink of one event. */
export interface Attempt {
  sink: string;
  /** How far the sink is, and since when it fails. */
  progress: SinkProgress;
  result: Result;
  entry: Entry;
  /** Why it was not delivered. */
  problem?: string;
}

export interface Telling {
  settings: NotifySettings;
  tape: Tape;
  /** One for each sink, under its name; kept up to date. */
  progress: SinkProgress[];
  /** The Temporal namespace of the run, for links. */
  namespace: string;
  onAttempt: (attempt: Attempt) => void;
}

/**
 * Tells every sink of everything on the tape, each in order and none waiting for another, until the tape ends and all is
 * delivered or given up.
 *
 * @throws the reason of the signal; the progress says how far it got.
 */
export async function tellAll(telling: Telling, signal: AbortSignal): Promise<void> {
  const { settings, tape, progress, namespace, onAttempt } = telling;
  const patience = { ...PATIENCE, ...settings.patience };
  const dispatcher = new Agent({ connect: { timeout: patience.attemptMs } });
  const tellOne = (sink: SinkSettings, of: SinkProgress) =>
    deliverAll(
      tape,
      {
        sink: sinkOf(sink),
        progress: of,
        isWanted: ({ event }) => sink.events?.includes(event.type) ?? true,
        linkTo: ({ run }) => linkTo(settings.uiUrl, namespace, run),
        post: (letter) => post(dispatcher, letter, patience.attemptMs, signal),
        patience,
        onResult: (result, entry, problem) =>
          onAttempt({ sink: sink.name, progress: of, result, entry, ...(problem && { problem }) }),
      },
      signal,
    );
  try {
    await Promise.all(
      settings.sinks.flatMap((sink) => {
        const of = progress.find((one) => one.sink === sink.name);
        return of === undefined ? [] : [tellOne(sink, of)];
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

function linkTo(uiUrl: string | undefined, namespace: string, run: Entry['run']): string | undefined {
  const parts = [namespace, 'workflows', run.workflowId, run.runId].map(encodeURIComponent);
  return uiUrl === undefined ? undefined : `${uiUrl}/namespaces/${parts.join('/')}`;
}
