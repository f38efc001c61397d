import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { until } from '../../lab/src/postgres/until';
import { type ConnectionSettings, PostgresError, Session, type SessionOptions } from '../../src/postgres';
import { authentication, COLUMNS, type FakeAnswers, FakeServer, message } from './fake-server';
import { closedPort, HungServer } from './hung-server';

const PASSWORD = 'wherefore-art-thou';
/** Limits that no machine is too slow for, and those that a test waits for. */
const LONG_MS = 30_000;
const HASTY_OPENING = { connectTimeoutMs: 300 };
const HASTY_STATEMENTS = { statementTimeoutMs: 200 };
/** Far below the long ones, far above the short ones. */
const SOON_MS = 10_000;

/** What is left behind must be nothing: sockets, timers and look-ups. */
let before: Record<string, number>;
const cleanUp: (() => unknown)[] = [];

beforeEach(() => {
  before = resources();
});
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
  // A socket that is destroyed is gone some turns of the loop later.
  const isClean = () => Object.entries(resources()).every(([name, count]) => count <= (before[name] ?? 0));
  await until(isClean, SOON_MS).catch(() => expect(resources()).toEqual(before));
});

function resources(): Record<string, number> {
  const counts = { TCPSocketWrap: 0, Timeout: 0, QueryReqWrap: 0, GetAddrInfoReqWrap: 0 };
  for (const name of process.getActiveResourcesInfo()) {
    if (name in counts) counts[name as keyof typeof counts] += 1;
  }
  return counts;
}

async function fake(answers?: FakeAnswers): Promise<FakeServer> {
  const server = await FakeServer.listen(answers);
  cleanUp.push(async () => {
    await server.empty();
    await server.close();
  });
  return server;
}

async function hungServer(): Promise<HungServer> {
  const server = await HungServer.listen();
  cleanUp.push(async () => {
    await server.empty();
    await server.close();
  });
  return server;
}

function settings(port: number, more: Partial<ConnectionSettings> = {}): ConnectionSettings {
  const door = { host: '127.0.0.1', port, database: 'defaultdb', user: 'switchback' };
  return { ...door, password: async () => PASSWORD, ...more };
}

/** What it was refused for, and how long that took, milliseconds. */
async function refusal(work: Promise<unknown>): Promise<{ code: string; text: string; ms: number }> {
  const startedAt = performance.now();
  try {
    await work;
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    return { code: error.code, text: error.message, ms: performance.now() - startedAt };
  }
  throw new Error('it was not refused');
}

const open = (port: number, options: SessionOptions = {}, more?: Partial<ConnectionSettings>) =>
  Session.open(settings(port, more), { connectTimeoutMs: LONG_MS, statementTimeoutMs: LONG_MS, ...options });

describe('opening a session', () => {
  test('with a server that accepts and never answers ends at the limit, and the connection with it', async () => {
    const hung = await hungServer();
    const { code, text, ms } = await refusal(open(hung.port, HASTY_OPENING));
    expect(code).toBe('timeout');
    // What is left of the limit by then: a part of it went into finding the address.
    expect(text).toMatch(/^no session with 127\.0\.0\.1 within \d{1,3} ms$/);
    expect(ms).toBeGreaterThan(250);
    expect(ms).toBeLessThan(SOON_MS);
    await hung.empty();
  });

  test('with a server that hangs after the start-up ends at the same limit', async () => {
    const server = await fake({ startup: authentication(0) });
    expect(await refusal(open(server.port, HASTY_OPENING))).toMatchObject({ code: 'timeout' });
  });

  test('with a server that never answers a request for TLS ends at the limit', async () => {
    const server = await fake();
    const { code } = await refusal(open(server.port, HASTY_OPENING, { tls: { ca: undefined } }));
    expect(code).toBe('timeout');
  });

  test('with an address that leads nowhere ends at the limit at the latest', async () => {
    const { code, ms } = await refusal(open(5432, { ...HASTY_OPENING, address: '192.0.2.1' }));
    expect(code).toMatch(/^(timeout|E[A-Z]+)$/);
    expect(ms).toBeLessThan(SOON_MS);
  });

  test('with a port that is closed says so', async () => {
    expect(await refusal(open(await closedPort()))).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('with a server that hangs up says so', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { code } = await refusal(open(port));
    server.close();
    await once(server, 'close');
    expect(code).toMatch(/^(connection-lost|ECONNRESET)$/);
  });

  test('that took too long to get its password never connects afterwards', async () => {
    const server = await fake();
    let answer: (password: string) => void = () => undefined;
    const password = () => new Promise<string>((resolve) => (answer = resolve));
    expect(await refusal(open(server.port, HASTY_OPENING, { password }))).toMatchObject({ code: 'timeout' });
    answer(PASSWORD);
    await new Promise(setImmediate);
    const marker = connect(server.port, '127.0.0.1');
    await once(server.server, 'connection');
    marker.destroy();
    await server.empty();
    expect(server.received).toHaveLength(1);
  });

  test.each([
    [
      'cannot be read',
      async () => Promise.reject(Object.assign(new Error(PASSWORD), { code: 'ENOENT' })),
      'the password cannot be read (ENOENT)',
    ],
    ['is empty', async () => '', 'the password is empty'],
  ])('whose password %s is not begun', async (_, password, text) => {
    const server = await fake();
    expect(await refusal(open(server.port, {}, { password }))).toMatchObject({ code: 'no-password', text });
    expect(server.received).toEqual([]);
  });
});

describe('an answer that is no PostgreSQL', () => {
  test.each([
    ['an authentication that the driver does not know', authentication(7)],
    ['a message that is shorter than it must be', Buffer.concat([authentication(0), message('K', '\0')])],
  ])('%s is an error like any other, not the end of the process', async (_, startup) => {
    const server = await fake({ startup });
    expect(await refusal(open(server.port))).toMatchObject({ code: 'protocol' });
  });

  test('in the middle of a session is the same', async () => {
    const server = await fake({ statement: (_, socket) => socket.write(message('R', '\0\0\0\x07')) });
    const session = await open(server.port);
    expect(await refusal(session.query('SELECT 1'))).toMatchObject({ code: 'protocol' });
    await session.end();
  });

  test('such as HTTP ends at the limit', async () => {
    const server = await fake({ startup: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n') });
    expect(await refusal(open(server.port, HASTY_OPENING))).toMatchObject({
      code: expect.stringMatching(/timeout|protocol/),
    });
  });
});

describe('a statement', () => {
  test('that is never answered ends at its limit, and the connection with it', async () => {
    const server = await fake({ statement: () => undefined });
    const session = await open(server.port, HASTY_STATEMENTS);
    const { code, ms } = await refusal(session.query('SELECT 1'));
    expect(code).toBe('timeout');
    expect(ms).toBeGreaterThan(600);
    expect(ms).toBeLessThan(SOON_MS);
    await server.empty();
    expect(await refusal(session.query('SELECT 2'))).toMatchObject({ code: 'timeout' });
    await session.end();
  });

  test('whose answer stops half-way ends at its limit', async () => {
    const server = await fake({ statement: (_, socket) => socket.write(COLUMNS) });
    const session = await open(server.port, HASTY_STATEMENTS);
    expect(await refusal(session.query('SELECT 1'))).toMatchObject({ code: 'timeout' });
    await session.end();
  });

  test('whose answer is cut says so at once, and so does every later one', async () => {
    const server = await fake({
      statement: (_, socket) => socket.write(COLUMNS.subarray(0, 12), () => socket.end()),
    });
    const session = await open(server.port);
    expect(await refusal(session.query('SELECT 1'))).toMatchObject({ code: 'connection-lost' });
    expect(await refusal(session.query('SELECT 2'))).toMatchObject({ code: 'connection-lost' });
    await session.end();
  });
});

describe('a signal', () => {
  const stop = (controller: AbortController) => controller.abort(new Error('enough'));

  test('that has fired already lets nothing begin', async () => {
    const server = await fake();
    const { code } = await refusal(open(server.port, { signal: AbortSignal.abort() }));
    expect(code).toBe('aborted');
    expect(server.received).toEqual([]);
  });

  test('cuts what is being opened, at once', async () => {
    const hung = await hungServer();
    const controller = new AbortController();
    const opening = refusal(open(hung.port, { signal: controller.signal }));
    await hung.connections(1);
    stop(controller);
    const { code, ms } = await opening;
    expect(code).toBe('aborted');
    expect(ms).toBeLessThan(SOON_MS);
    await hung.empty();
  });

  test('ends the wait for a name', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    await once(silent, 'listening');
    cleanUp.push(() => silent.close());
    const controller = new AbortController();
    const resolver = `127.0.0.1:${silent.address().port}`;
    const opening = refusal(open(1, { resolver, signal: controller.signal }, { host: 'pg.example' }));
    await once(silent, 'message');
    stop(controller);
    const { code, ms } = await opening;
    expect(code).toBe('aborted');
    expect(ms).toBeLessThan(SOON_MS);
  });

  test('cuts a statement at once, and its reason is told if it is one of ours', async () => {
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const server = await fake({ statement: () => asked() });
    const controller = new AbortController();
    const session = await open(server.port, { signal: controller.signal });
    const asking = refusal(session.query('SELECT 1'));
    await isAsked;
    controller.abort(new PostgresError('the try took too long', 'timeout'));
    expect(await asking).toMatchObject({ code: 'timeout', text: 'the try took too long' });
    await server.empty();
    await session.end();
  });

  test('is let go of by every session that ended', async () => {
    const server = await fake();
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    await (await open(server.port, { signal })).end();
    await refusal(open(await closedPort(), { signal }));
    const listeners = new Set(added.mock.calls.map(([, listener]) => listener));
    for (const [, listener] of removed.mock.calls) listeners.delete(listener);
    expect(listeners.size).toBe(0);
    expect(added).toHaveBeenCalled();
  });
});

describe('the end of a session', () => {
  test('is polite', async () => {
    const server = await fake();
    await (await open(server.port)).end();
    await server.empty();
    expect(server.received[0]?.subarray(-5)).toEqual(message('X'));
  });

  test.each([
    ['between two statements', false],
    ['in the middle of a statement', true],
  ])('does not wait for a server that hangs %s, and may come twice', async (_, isAsking) => {
    const server = await fake({ statement: () => undefined });
    server.server.on('connection', (socket) => {
      socket.allowHalfOpen = true;
    });
    const session = await open(server.port);
    const asking = isAsking ? refusal(session.query('SELECT 1')) : undefined;
    const startedAt = performance.now();
    await session.end();
    await session.end();
    expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
    expect((await asking)?.code).toBe(isAsking ? 'connection-lost' : undefined);
    server.hangUp();
  });

  test('of one that was lost long ago is quiet', async () => {
    const server = await fake();
    const session = await open(server.port);
    server.hangUp();
    await server.empty();
    await session.end();
    expect(await refusal(session.query('SELECT 1'))).toMatchObject({ code: 'connection-lost' });
  });
});
