import type { EventType } from '../contract/events';

/** A secret is read again for every delivery, so that a renewed one needs no restart. */
export type Secret = () => Promise<string>;

/** Where the events of runs are to go. */
export type SinkSettings = {
  /** Names it in reports, logs and metrics. */
  name: string;
  /** Only these; default: all. */
  events?: readonly EventType[];
} & (
  | {
      type: 'webhook';
      /** Whoever knows it may be able to post there, so that it is as secret as a token. */
      url: Secret;
      /** As Standard Webhooks has it: `whsec_` and base64. */
      secret: Secret;
    }
  | { type: 'slack'; baseUrl: string; channel: string; token: Secret }
  | { type: 'pagerduty'; baseUrl: string; routingKey: Secret }
);

export interface NotifySettings {
  sinks: SinkSettings[];
  /** Base URL of Temporal's UI, for the links in notifications; without it there are none. */
  uiUrl: string | undefined;
  /** For tests, which have less time. */
  retryPolicy?: Partial<RetryPolicy>;
}

/** How long to try, milliseconds. */
export interface RetryPolicy {
  /** For one attempt, with everything that belongs to it. */
  attemptMs: number;
  /** The pause after a failed attempt; twice as long after each further one. */
  firstPauseMs: number;
  longestPauseMs: number;
  /** How long after the end of the run deliveries that fail are tried again. */
  afterEndMs: number;
}

export const RETRY_POLICY: RetryPolicy = {
  attemptMs: 10_000,
  firstPauseMs: 1_000,
  longestPauseMs: 60_000,
  afterEndMs: 3_600_000,
};
