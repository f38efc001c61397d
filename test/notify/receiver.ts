import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  at: number;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  json: Record<string, unknown>;
}

/** How to answer a request; nothing: it is never answered. */
export type Answer = (request: Received, response: ServerResponse) => void;

/** A real HTTP server that keeps what it received, can be told how to answer, and can go away and come back. */
export class Receiver {
  readonly received: Received[] = [];
  #server = createServer();
  #port = 0;

  private constructor(public answer: Answer) {}

  static async open(answer: Answer = status(204)): Promise<Receiver> {
    const receiver = new Receiver(answer);
    await receiver.start();
    open.push(receiver);
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The numbers of the events that it was told of, in the order in which they came. */
  get sequence(): number[] {
    return this.received.map(({ json }) => Number(json.sequence));
  }

  /** Listens, after {@link stop} on the same port again. */
  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const { url: path = '', headers } = request;
        const whole = { at: Date.now(), path, headers, body, json: JSON.parse(body || '{}') };
        this.received.push(whole);
        this.answer(whole, response);
      });
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const open: Receiver[] = [];
afterAll(async () => {
  await Promise.all(open.map((receiver) => receiver.stop()));
});

export function status(code: number, headers: Record<string, string> = {}, body = ''): Answer {
  return (_, response) => response.writeHead(code, headers).end(body);
}

/** One answer for each request in turn; the last one for all that follow. */
export function inTurn(...answers: Answer[]): Answer {
  let next = 0;
  return (request, response) => {
    const answer = answers[Math.min(next, answers.length - 1)];
    next += 1;
    answer?.(request, response);
  };
}

export const never: Answer = () => {};
