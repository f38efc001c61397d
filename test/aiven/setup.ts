import type { Socket } from 'node:net';
import { AivenClient } from '../../src/aiven';
import { TOKEN } from './fixtures';
import { httpServer, tcpServer } from './server';

const cleanups: (() => Promise<unknown>)[] = [];

/** Runs at the end of the test, the last one given first. */
export function later(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function clientOf(baseUrl: string, options: object = {}): AivenClient {
  const client = new AivenClient({ baseUrl, token: TOKEN, ...options });
  later(() => client.close());
  return client;
}

/** A client and the HTTP server it talks to. */
export async function answering(answer: Parameters<typeof httpServer>[0], options: object = {}) {
  const server = await httpServer(answer);
  later(() => server.close());
  return { server, client: clientOf(server.url, options) };
}

/** A client and the bare TCP server it talks to. */
export async function talking(talk: (socket: Socket) => void, options: object = {}) {
  const server = await tcpServer(talk);
  later(() => server.close());
  return { server, client: clientOf(server.url, options) };
}
