import { checkStatus, DeliveryFailure } from './failure';
import { faultOfToken, read } from './secrets';
import type { SinkSettings } from './settings';
import type { Delivery, Sink } from './sink';
import { callMessage, type SlackMessage, stateMessage } from './slack-message';

type SlackSettings = Extract<SinkSettings, { type: 'slack' }>;

/** What nobody hears of, as an edit of a message notifies nobody, is said in a reply as well. */
const CALLS = [
  'switchback.alarm.raised',
  'switchback.person.needed',
  'switchback.run.ended',
  'switchback.run.lost',
];
/** Errors with which Slack refuses this very message; every other one may be mended in Slack, or passes. */
const REFUSALS = [
  'invalid_arguments',
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
];
/** Somebody deleted the message, or Slack no longer lets it be edited. */
const LOST = ['message_not_found', 'cant_update_message', 'edit_window_closed', 'thread_not_found'];

interface Answered {
  ok: boolean;
  error?: string;
  ts?: string;
  channel?: string;
}

/** One message for each run that always shows the present state, with a reply for what people are called for. */
export function slackSink(settings: SlackSettings): Sink {
  return {
    deliver: async (delivery) => {
      await showState(settings, delivery);
      if (CALLS.includes(delivery.event.type)) await call(settings, delivery);
      return true;
    },
  };
}

/**
 * Posts the message, or brings it up to date. It shows the newest state that is known, so that whoever is behind several
 * events does it once.
 */
async function showState(settings: SlackSettings, delivery: Delivery): Promise<void> {
  const { memory, known, place, link } = delivery;
  if (Number(memory.shown ?? 0) > place) return;
  const message = stateMessage(known.at(-1) ?? delivery, link);
  const edited = memory.ts === undefined ? undefined : await edit(settings, delivery, message);
  if (edited === undefined) {
    const { ts, channel } = await ask(settings, delivery, 'chat.postMessage', {
      channel: settings.channel,
      ...message,
    });
    // Only the id of a channel can be used for an edit.
    Object.assign(memory, { ts, channel });
  }
  memory.shown = String(known.length);
}

/** `undefined` when there is no message any more that could be edited. */
async function edit(
  settings: SlackSettings,
  delivery: Delivery,
  message: SlackMessage,
): Promise<Answered | undefined> {
  const { ts, channel } = delivery.memory;
  try {
    return await ask(settings, delivery, 'chat.update', { channel, ts, ...message });
  } catch (error) {
    if (error instanceof LostMessage) return undefined;
    throw error;
  }
}

async function call(settings: SlackSettings, delivery: Delivery): Promise<void> {
  const { ts, channel } = delivery.memory;
  const message = { channel, thread_ts: ts, reply_broadcast: true, ...callMessage(delivery) };
  try {
    await ask(settings, delivery, 'chat.postMessage', message);
  } catch (error) {
    // The next attempt begins with another message.
    if (error instanceof LostMessage) for (const name of ['ts', 'shown']) delete delivery.memory[name];
    throw error;
  }
}

class LostMessage extends DeliveryFailure {}

/** Calls one method. Slack says in the body what went wrong, with the status 200. */
async function ask(
  { baseUrl, token }: SlackSettings,
  { post }: Delivery,
  method: 'chat.postMessage' | 'chat.update',
  message: object,
): Promise<Answered> {
  const reply = await post(async () => ({
    url: `${baseUrl}/${method}`,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      authorization: `Bearer ${await read('token', token, faultOfToken)}`,
    },
    body: JSON.stringify({ ...message, unfurl_links: false, unfurl_media: false }),
    wantsBody: true,
  }));
  checkStatus(reply);
  const answered = parse(reply.body);
  if (answered?.ok === true) return answered;
  const error = wordOf(answered?.error);
  if (LOST.includes(error)) throw new LostMessage('later', `Slack: ${error}`);
  throw new DeliveryFailure(
    REFUSALS.includes(error) ? 'refused' : 'later',
    `Slack: ${error}`,
    reply.retryAfterMs,
  );
}

function parse(body: string): Answered | undefined {
  try {
    return JSON.parse(body) as Answered;
  } catch {
    return undefined;
  }
}

/** Slack's errors are single words; anything else could be anything. */
function wordOf(error: unknown): string {
  return typeof error === 'string' && /^[a-z_]{1,80}$/.test(error)
    ? error
    : 'an answer that is not understood';
}
