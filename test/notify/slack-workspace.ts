import { type Answer, type Received, Receiver } from './receiver';

interface Message {
  ts: string;
  text: string;
  blocks: { type: string; text?: { text: string }; fields?: { text: string }[] }[];
  thread?: string;
  isBroadcast: boolean;
  edits: number;
}

/** The id that Slack has for the channel with the name `ops`. */
export const CHANNEL = 'C0123456';

/** What of Slack's Web API is used, over real HTTP: messages in one channel that can be posted, edited and deleted. */
export class SlackWorkspace {
  readonly messages: Message[] = [];
  /** The methods that were called, in order. */
  readonly calls: string[] = [];
  /** Errors to answer with before anything is done, in turn. */
  readonly errors: string[] = [];

  private constructor(readonly receiver: Receiver) {}

  static async open(): Promise<SlackWorkspace> {
    const receiver = await Receiver.open();
    const workspace = new SlackWorkspace(receiver);
    receiver.answer = workspace.answer;
    return workspace;
  }

  get url(): string {
    return this.receiver.url;
  }

  /** Those that are no replies. */
  get posts(): Message[] {
    return this.messages.filter(({ thread }) => thread === undefined);
  }

  get replies(): Message[] {
    return this.messages.filter(({ thread }) => thread !== undefined);
  }

  delete(ts: string | undefined): void {
    const index = this.messages.findIndex((message) => message.ts === ts);
    this.messages.splice(index, 1);
  }

  readonly answer: Answer = ({ path, headers, json }, response) => {
    this.calls.push(path.slice(1));
    const token = /^Bearer (xoxb-\S+)$/.exec(headers.authorization ?? '')?.[1];
    const error = this.errors.shift() ?? (token === undefined ? 'not_authed' : undefined);
    const answer = error === undefined ? this.#perform(path, json) : { ok: false, error };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  };

  #perform(path: string, json: Received['json']) {
    const { channel, text, blocks, ts, thread_ts: thread } = json as Record<string, string>;
    const find = (wanted: string | undefined) => this.messages.find((message) => message.ts === wanted);
    const content = { text: text ?? '', blocks: blocks as unknown as Message['blocks'] };
    if (path === '/chat.update') {
      // Slack takes a name only when something is posted.
      if (channel !== CHANNEL) return { ok: false, error: 'channel_not_found' };
      const message = find(ts);
      if (message === undefined) return { ok: false, error: 'message_not_found' };
      Object.assign(message, content, { edits: message.edits + 1 });
      return { ok: true, ts, channel };
    }
    if (thread !== undefined && find(thread) === undefined) return { ok: false, error: 'thread_not_found' };
    const message: Message = {
      ...content,
      ts: `17000000.${String(this.calls.length).padStart(6, '0')}`,
      isBroadcast: json.reply_broadcast === true,
      edits: 0,
      ...(thread === undefined ? {} : { thread }),
    };
    this.messages.push(message);
    return { ok: true, ts: message.ts, channel: CHANNEL };
  }
}

/** All that a message shows. */
export function shownIn({ blocks }: Message): string {
  return blocks
    .map(({ text, fields = [] }) => [text?.text, ...fields.map((one) => one.text)].join('\n'))
    .join('\n');
}
