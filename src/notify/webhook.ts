import { Webhook } from 'standardwebhooks';
import { cloudEventOf } from './cloud-event';
import { checkStatus } from './failure';
import { faultOfUrl, faultOfWebhookSecret, read } from './secrets';
import type { SinkSettings } from './settings';
import type { Sink } from './sink';

/** Events as CloudEvents, one for each request, signed as Standard Webhooks has it. */
export function webhookSink({ url, secret }: Extract<SinkSettings, { type: 'webhook' }>): Sink {
  return {
    deliver: async ({ run, event, link, post }) => {
      const cloudEvent = cloudEventOf({ run, event }, link);
      const body = JSON.stringify(cloudEvent);
      const reply = await post(async () => {
        const key = await read('secret', secret, faultOfWebhookSecret);
        const now = new Date();
        return {
          url: await read('URL', url, faultOfUrl),
          headers: {
            'content-type': 'application/cloudevents+json; charset=utf-8',
            'webhook-id': cloudEvent.id,
            'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
            'webhook-signature': new Webhook(key).sign(cloudEvent.id, now, body),
          },
          body,
        };
      });
      checkStatus(reply);
      return true;
    },
  };
}
