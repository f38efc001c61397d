export type { Result } from './deliver';
export { EventFeed, type FeedEntry } from './event-feed';
export { type DeliveryAttempt, notifyAll } from './notify-all';
export { faultOfToken, faultOfUrl, faultOfWebhookSecret } from './secrets';
export { type NotifySettings, RETRY_POLICY, type Secret, type SinkSettings } from './settings';
