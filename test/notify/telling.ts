import type { RunEvent, RunIdentity } from '../../src/contract/events';
import type { SinkProgress } from '../../src/contract/notifications';
import { type DeliveryAttempt, EventFeed, notifyAll } from '../../src/notify';
import type { NotifySettings, RetryPolicy, SinkSettings } from '../../src/notify/settings';
import { RUN } from './story';

export const HOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** Short, so that a test takes a moment; but a receiver that answers is never late, however busy the machine is. */
export const HASTY: RetryPolicy = {
  attemptMs: 10_000,
  firstPauseMs: 20,
  longestPauseMs: 80,
  afterEndMs: 5_000,
};

export function webhook(url: string, more: object = {}): SinkSettings {
  return { type: 'webhook', name: 'webhook', url: async () => url, secret: async () => HOOK_SECRET, ...more };
}

export function slack(url: string): SinkSettings {
  return { type: 'slack', name: 'slack', baseUrl: url, channel: 'ops', token: async () => SLACK_TOKEN };
}

export function pagerDuty(url: string, more: object = {}): SinkSettings {
  return { type: 'pagerduty', name: 'pagerduty', baseUrl: url, routingKey: async () => ROUTING_KEY, ...more };
}

export const SLACK_TOKEN = 'xoxb-s3cret-t0ken';
export const ROUTING_KEY = 'r0utingkeyr0utingkeyr0utingkey12';

/** Tells sinks of what is put on its tape. */
export class Teller {
  readonly feed = new EventFeed();
  readonly attempts: Omit<DeliveryAttempt, 'progress'>[] = [];
  readonly progress: SinkProgress[];
  readonly #stop = new AbortController();
  readonly done: Promise<void>;

  constructor(
    readonly sinks: SinkSettings[],
    { retryPolicy = HASTY, uiUrl, progress }: Partial<NotifySettings> & { progress?: SinkProgress[] } = {},
  ) {
    this.progress =
      progress ?? sinks.map(({ name }) => ({ sink: name, upTo: 0, delivered: 0, undelivered: [] }));
    this.done = notifyAll(
      {
        settings: { sinks, uiUrl, retryPolicy: { ...HASTY, ...retryPolicy } },
        feed: this.feed,
        progress: this.progress,
        namespace: 'default',
        onAttempt: ({ progress: _, ...attempt }) => this.attempts.push(attempt),
      },
      this.#stop.signal,
    );
    this.done.catch(() => {});
  }

  of(name: string): SinkProgress | undefined {
    return this.progress.find(({ sink }) => sink === name);
  }

  /** Puts events on the tape. */
  add(events: RunEvent[], run: RunIdentity = RUN): this {
    this.feed.add({ run, events });
    return this;
  }

  /** The run is over: nothing follows. */
  async end(endedAt = Date.now()): Promise<this> {
    this.feed.end(endedAt);
    await this.done;
    return this;
  }

  /** As when its worker is told to stop. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopped'));
    await this.done.catch(() => {});
  }
}

/** Tells the sinks of a whole story at once. */
export async function tell(sinks: SinkSettings[], events: RunEvent[], settings?: Partial<NotifySettings>) {
  return new Teller(sinks, settings).add(events).end();
}

/** Waits until something holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
