import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Answer, decode, encode } from 'dns-packet';
import { resolve, Session } from '../../src/postgres';
import { FakeServer, message } from './fake-server';

const NAME = 'pg.example';
let dns: Socket;
let server: string;
/** What it answers by type of question; nothing: the name does not exist. */
let answers: Partial<Record<'A' | 'AAAA', string[]>>;
let isSilent: boolean;
let silentAbout: 'A' | 'AAAA' | undefined;
let asked: number;

beforeEach(async () => {
  [answers, isSilent, silentAbout, asked] = [{}, false, undefined, 0];
  dns = createSocket('udp4').bind(0, '127.0.0.1');
  dns.on('message', (question, from) => {
    asked += 1;
    if (isSilent) return;
    const { id = 0, questions = [] } = decode(question);
    const type = questions[0]?.type as 'A' | 'AAAA';
    if (type === silentAbout) return;
    const found = answers[type]?.map((data): Answer => ({ type, name: NAME, ttl: 300, data }));
    const flags = Object.keys(answers).length === 0 ? 3 : 0;
    dns.send(
      encode({ type: 'response', id, flags, questions, answers: found ?? [] }),
      from.port,
      from.address,
    );
  });
  await once(dns, 'listening');
  server = `127.0.0.1:${dns.address().port}`;
});
afterEach(async () => {
  const closed = once(dns, 'close');
  dns.close();
  await closed;
});

test('an address stands for itself, whoever is asked', async () => {
  expect(await resolve('10.0.0.1', 'system')).toEqual(['10.0.0.1']);
  expect(await resolve('2001:db8::1', server)).toEqual(['2001:db8::1']);
  expect(asked).toBe(0);
});

test('the system knows its own name', async () => {
  expect(await resolve('localhost', 'system')).toContain('127.0.0.1');
});

test('every address of either kind is told', async () => {
  answers = { A: ['10.0.0.1', '10.0.0.2'], AAAA: ['2001:db8::1'] };
  expect(await resolve(NAME, server)).toEqual(['10.0.0.1', '10.0.0.2', '2001:db8::1']);
  answers = { AAAA: ['2001:db8::1'] };
  expect(await resolve(NAME, server)).toEqual(['2001:db8::1']);
});

test('a server that is silent about one kind is believed about the other', async () => {
  answers = { A: ['10.0.0.1'] };
  silentAbout = 'AAAA';
  expect(await resolve(NAME, server, { timeoutMs: 2_000 })).toEqual(['10.0.0.1']);
});

test('it is asked afresh each time, whatever the answer said about its life', async () => {
  answers = { A: ['10.0.0.1'] };
  expect(await resolve(NAME, server)).toEqual(['10.0.0.1']);
  answers = { A: ['10.0.0.2'] };
  expect(await resolve(NAME, server)).toEqual(['10.0.0.2']);
});

test('a name that is not there is said to be so', async () => {
  await expect(resolve(NAME, server)).rejects.toMatchObject({ name: 'PostgresError', code: 'ENOTFOUND' });
});

test('a resolver that does not answer is waited for no longer than that', async () => {
  isSilent = true;
  const startedAt = performance.now();
  await expect(resolve(NAME, server, { timeoutMs: 200 })).rejects.toMatchObject({
    name: 'PostgresError',
    code: expect.stringMatching(/^(timeout|ETIMEOUT)$/),
  });
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

test('a signal ends the wait', async () => {
  isSilent = true;
  const controller = new AbortController();
  const waiting = resolve(NAME, server, { timeoutMs: 30_000, signal: controller.signal });
  await once(dns, 'message');
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'PostgresError', code: 'aborted' });
});

describe('a session by name', () => {
  const open = (port: number, connectTimeoutMs = 20_000) => {
    const settings = { host: NAME, port, database: 'd', user: 'u', password: async () => 'p' };
    return Session.open(settings, { resolver: server, connectTimeoutMs });
  };

  test('goes to the next address when one does not answer', async () => {
    const postgres = await FakeServer.listen();
    answers = { A: ['127.0.0.2', '127.0.0.1'] };
    const session = await open(postgres.port);
    await session.end();
    await postgres.close();
    expect(postgres.received).toHaveLength(1);
  });

  test('does not when the server itself refuses', async () => {
    const startup = message('E', 'SFATAL\0C28P01\0Mno way\0\0');
    const postgres = await FakeServer.listen({ startup });
    answers = { A: ['127.0.0.1', '127.0.0.1'] };
    await expect(open(postgres.port)).rejects.toMatchObject({ code: '28P01' });
    await postgres.close();
    expect(postgres.received).toHaveLength(1);
  });

  test('takes no longer than its limit over all of them', async () => {
    const silent = await FakeServer.listen({ startup: Buffer.alloc(0) });
    answers = { A: ['127.0.0.1', '127.0.0.1', '127.0.0.1'] };
    const startedAt = performance.now();
    // Of three times as much there would be no doubt, not even where the machine stands still for seconds.
    await expect(open(silent.port, 4_000)).rejects.toMatchObject({ code: 'timeout' });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await silent.close();
    expect(silent.received).toHaveLength(3);
  });
});
