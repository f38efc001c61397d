import type { Socket } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { failureOf, read, serviceReply, write } from './fixtures';
import { json, pause, refusingUrl, type TestServer } from './server';
import { answering, clientOf, later, talking } from './setup';

interface Late {
  readonly server: TestServer;
  readonly dispatcher: Agent;
}

describe('nothing was sent', () => {
  test('a refused connection', async () => {
    const client = clientOf(await refusingUrl());
    expect(await failureOf(read(client))).toMatchObject({
      kind: 'network',
      code: 'ECONNREFUSED',
      retryable: true,
    });
    expect(await failureOf(write(client))).toMatchObject({ kind: 'network', outcome: 'not-applied' });
  });

  test('a name that does not resolve, and one with several refusing addresses', async () => {
    const lookups: Record<string, (callback: (...args: unknown[]) => void) => void> = {
      ENOTFOUND: (callback) =>
        callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })),
      ECONNREFUSED: (callback) =>
        callback(null, [
          { address: '127.0.0.1', family: 4 },
          { address: '::1', family: 6 },
        ]),
    };
    const { port } = new URL(await refusingUrl());
    for (const [code, resolve] of Object.entries(lookups)) {
      const dispatcher = new Agent({
        connect: {
          lookup: (_host, _options, callback) => resolve(callback as never),
          autoSelectFamily: true,
        },
      });
      later(() => dispatcher.close());
      const error = await failureOf(write(clientOf(`http://api.test:${port}`, { dispatcher })));
      expect(error).toMatchObject({ kind: 'network', code, outcome: 'not-applied' });
      expect(error.message).toContain(code);
    }
  });

  test('a TLS handshake that fails', async () => {
    const { server } = await answering(json(200, {}));
    const error = await failureOf(write(clientOf(server.url.replace('http:', 'https:'))));
    expect(error).toMatchObject({ kind: 'network', outcome: 'not-applied' });
  });

  test('a TLS handshake that hangs: the time limit holds', async () => {
    const { server } = await talking(() => {});
    const client = clientOf(server.url.replace('http:', 'https:'), { requestTimeoutMs: 100 });
    expect(await failureOf(write(client))).toMatchObject({
      kind: 'timeout',
      retryable: true,
      outcome: 'not-applied',
    });
  });

  test('a token that never comes: the time limit holds', async () => {
    const { client, server } = await answering(json(200, {}), {
      requestTimeoutMs: 100,
      token: () => new Promise(() => {}),
    });
    expect(await failureOf(write(client))).toMatchObject({ kind: 'timeout', outcome: 'not-applied' });
    expect(server.received).toEqual([]);
  });

  test.each<[string, (late: Late) => Promise<void>]>([
    [
      'its connection is made too late',
      async ({ server, dispatcher }) => {
        const client = clientOf(server.url, { dispatcher, requestTimeoutMs: 50 });
        expect(await failureOf(write(client))).toMatchObject({ kind: 'timeout', outcome: 'not-applied' });
      },
    ],
    [
      'the caller gave up while it was being connected',
      async ({ server, dispatcher }) => {
        const signal = AbortSignal.timeout(50);
        const call = clientOf(server.url, { dispatcher }).promote('p', 's', 'role', { signal });
        await expect(call).rejects.toHaveProperty('name', 'TimeoutError');
      },
    ],
  ])('a write is not sent afterwards when %s', async (_, giveUp) => {
    const { server } = await answering(json(200, {}));
    const connect = buildConnector({});
    let connected = 0;
    const dispatcher = new Agent({
      connect: (options, callback) => {
        setTimeout(() => {
          connect(options, (...result: Parameters<typeof callback>) => {
            connected += 1;
            callback(...result);
          });
        }, 150);
      },
    });
    later(() => dispatcher.destroy());
    await giveUp({ server, dispatcher });
    while (connected === 0) await pause(10);
    await pause(50);
    expect(server.received).toEqual([]);
  });

  test('nor when it waited too long behind another request', async () => {
    const dispatcher = new Agent({ connections: 1 });
    later(() => dispatcher.destroy());
    let answer = () => {};
    const { server, client } = await answering(
      (response, request) => {
        answer = () => json(200, serviceReply())(response, request);
      },
      { dispatcher },
    );
    const reading = read(client);
    while (server.received.length === 0) await pause(5);
    const hasty = clientOf(server.url, { dispatcher, requestTimeoutMs: 50 });
    expect(await failureOf(write(hasty))).toMatchObject({ kind: 'timeout', outcome: 'not-applied' });
    answer();
    await reading;
    await pause(50);
    expect(server.received.map(({ method }) => method)).toEqual(['GET']);
  });
});

describe('sent, and no whole reply', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n';
  const maybe = { retryable: true, outcome: 'maybe-applied' };

  test.each<[string, (socket: Socket) => void, object]>([
    ['closed before the head', (socket) => socket.end(), { code: 'UND_ERR_SOCKET' }],
    ['reset before the head', (socket) => socket.resetAndDestroy(), { code: 'ECONNRESET' }],
    ['closed within the head', (socket) => socket.end(head.slice(0, 30)), {}],
    ['closed within the body', (socket) => socket.end(`${head}{"service":`), { status: 200 }],
    [
      'cut between chunks',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n'),
      { status: 200 },
    ],
    ['something that is not HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'), {}],
  ])('%s: may have been applied', async (_, break_, also) => {
    const { client } = await talking((socket) => socket.once('data', () => break_(socket)));
    expect(await failureOf(read(client))).toMatchObject({ kind: 'network', retryable: true, ...also });
    expect(await failureOf(write(client))).toMatchObject({ kind: 'network', ...maybe, ...also });
  });

  test.each<[string, (socket: Socket) => void, object]>([
    ['no reply', () => {}, {}],
    ['half a reply', (socket) => socket.write(`${head}{"service":`), { status: 200 }],
  ])('%s in time: may have been applied', async (_, stall, also) => {
    // Long enough that also a process that stands still meanwhile has sent the request by then.
    const { client } = await talking((socket) => socket.once('data', () => stall(socket)), {
      requestTimeoutMs: 3_000,
    });
    const [ofRead, error] = await Promise.all([failureOf(read(client)), failureOf(write(client))]);
    expect(ofRead).toMatchObject({ kind: 'timeout', retryable: true, ...also });
    expect(error).toMatchObject({ kind: 'timeout', ...maybe, ...also });
    expect(error.message).toContain('within 3000 ms');
  });
});

describe('a write is sent once', () => {
  const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

  /** Counts what arrives, over all connections, and lets `react` answer each piece. */
  async function counting(react: (socket: Socket, data: string, connection: number) => void, options = {}) {
    const seen = { puts: 0, connections: 0 };
    const { client } = await talking((socket) => {
      const connection = ++seen.connections;
      socket.on('data', (data) => {
        seen.puts += data.toString().split('PUT /').length - 1;
        react(socket, data.toString(), connection);
      });
    }, options);
    return { seen, client };
  }

  test.each<[string, (socket: Socket) => void]>([
    ['closes', (socket) => socket.end()],
    ['resets', (socket) => socket.resetAndDestroy()],
  ])('when the server %s a fresh connection', async (_, break_) => {
    const { seen, client } = await counting((socket) => break_(socket));
    expect(await failureOf(write(client))).toMatchObject({ outcome: 'maybe-applied' });
    await pause(50);
    expect(seen).toEqual({ puts: 1, connections: 1 });
  });

  test('when the server closes a kept-alive connection upon it', async () => {
    const { seen, client } = await counting((socket, data) => {
      if (data.startsWith('GET')) socket.write(OK);
      else socket.resetAndDestroy();
    });
    await failureOf(read(client));
    // undici takes a connection for free one turn of the event loop after its reply.
    await pause(20);
    expect(await failureOf(write(client))).toMatchObject({ outcome: 'maybe-applied' });
    await pause(50);
    expect(seen).toEqual({ puts: 1, connections: 1 });
  });

  test('when a pipelining connection breaks under the request before it', async () => {
    const dispatcher = new Agent({ pipelining: 10, connections: 1 });
    later(() => dispatcher.close());
    let begun: Socket | undefined;
    const { seen, client } = await counting(
      (socket, data, connection) => {
        if (connection > 1) socket.write(OK);
        else if (data.startsWith('GET')) {
          begun = socket;
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{');
        }
      },
      { dispatcher },
    );
    const reading = failureOf(read(client));
    // undici pipelines only once the head of the reply before has arrived.
    while (!begun) await pause(10);
    await pause(50);
    const writing = write(client);
    await pause(50);
    begun.destroy();
    expect(await reading).toMatchObject({ kind: 'network' });
    await writing;
    expect(seen).toEqual({ puts: 1, connections: 2 });
  });
});

test('close waits for the request under way', async () => {
  const { client, server } = await answering((response, request) => {
    setTimeout(() => json(200, serviceReply())(response, request), 50);
  });
  const reading = read(client);
  while (server.received.length === 0) await pause(5);
  await client.close();
  await expect(reading).resolves.toMatchObject({ serviceName: 'pg-demo' });
});

test('a dispatcher that was passed in is left open', async () => {
  const dispatcher = new Agent();
  later(() => dispatcher.close());
  const { client } = await answering(json(200, serviceReply()), { dispatcher });
  await client.close();
  await expect(read(client)).resolves.toMatchObject({ serviceName: 'pg-demo' });
});
