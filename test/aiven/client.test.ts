import { AivenClient, AivenOptionsError, FailoverWarrant, type RequestRecord } from '../../src/aiven';
import type { Dialect } from '../../src/contract/observation';
import { failureOf, read, serviceReply, TOKEN, write } from './fixtures';
import { httpServer, json, pause, refusingUrl, type TestServer, text } from './server';

let server: TestServer;
let client: AivenClient;

async function start(answer: Parameters<typeof httpServer>[0], options: object = {}): Promise<void> {
  server = await httpServer(answer);
  client = new AivenClient({ baseUrl: server.url, token: TOKEN, ...options });
}

afterEach(async () => {
  await server?.close();
  await client?.close();
});

describe('requests on the wire', () => {
  test('a read carries the token, asks for JSON and has no body', async () => {
    await start(json(200, serviceReply()), { userAgent: 'switchback/1.2.3' });
    await read(client);
    expect(server.received).toEqual([
      expect.objectContaining({ method: 'GET', url: '/v1/project/crdr-test/service/pg-demo', body: '' }),
    ]);
    expect(server.received[0]?.headers).toMatchObject({
      authorization: `aivenv1 ${TOKEN}`,
      accept: 'application/json',
      'user-agent': 'switchback/1.2.3',
    });
    expect(server.received[0]?.headers).not.toHaveProperty('content-type');
  });

  test.each<[Dialect, string]>([
    ['role', '{"disaster_recovery_role":"active"}'],
    ['promote-to-master', '{"disaster_recovery_promote_to_master":true}'],
  ])('promote in the %s dialect sends exactly its one field', async (dialect, body) => {
    await start(json(200, serviceReply()));
    await client.promote('crdr-test', 'pg-demo', dialect);
    expect(server.received).toEqual([
      expect.objectContaining({ method: 'PUT', url: '/v1/project/crdr-test/service/pg-demo', body }),
    ]);
    expect(server.received[0]?.headers['content-type']).toBe('application/json');
  });

  test('has a failed service rebuilt by the role passive, in both dialects', async () => {
    await start(json(200, {}));
    await client.rebuild('p', 's');
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'PUT', url: '/v1/project/p/service/s' });
    expect(JSON.parse(`${request?.body}`)).toEqual({ disaster_recovery_role: 'passive' });
  });

  const terms = {
    project: 'p',
    service: 's',
    typed: ['s', 's'] as const,
    requestedBy: 'ops@example.com',
    approvedBy: 'lead@example.com',
    reason: 'INC-9',
  };

  test('has a service fail by the role failed, in both dialects, by a warrant that is good for one request', async () => {
    await start(json(200, {}));
    const warrant = new FailoverWarrant(terms);
    await client.fail('p', 's', warrant);
    await expect(client.fail('p', 's', warrant)).rejects.toThrow('the warrant was used already');
    expect(server.received).toHaveLength(1);
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'PUT', url: '/v1/project/p/service/s' });
    expect(JSON.parse(`${request?.body}`)).toEqual({ disaster_recovery_role: 'failed' });
  });

  test('fails nothing without a warrant for that very service', async () => {
    await start(json(200, {}));
    const warrant = new FailoverWarrant(terms);
    for (const [project, service] of [
      ['p', 'other'],
      ['other', 's'],
    ] as const)
      await expect(client.fail(project, service, warrant)).rejects.toThrow('another service');
    // @ts-expect-error what looks like one is none
    await expect(client.fail('p', 's', { spend: () => {} })).rejects.toThrow('needs a warrant');
    expect(server.received).toEqual([]);
  });

  test.each([
    ['the starter typed something else', { typed: ['x', 's'] as const }],
    ['the approver typed something else', { typed: ['s', ''] as const }],
    ['one person is both', { approvedBy: terms.requestedBy }],
    ['nobody is named', { approvedBy: ' ' }],
    ['there is no reason', { reason: '' }],
  ])('there is no warrant when %s', (_, more) => {
    expect(() => new FailoverWarrant({ ...terms, ...more })).toThrow(AivenOptionsError);
  });

  test('there is no way to write anything else', async () => {
    await start(json(200, {}));
    expect(Object.getOwnPropertyNames(AivenClient.prototype).sort()).toEqual(
      [
        'budget',
        'clock',
        'close',
        'constructor',
        'fail',
        'getAccessTokens',
        'getAlerts',
        'getDisasterRecovery',
        'getEvents',
        'getMe',
        'getMetrics',
        'getService',
        'getServices',
        'listServices',
        'promote',
        'rebuild',
      ].sort(),
    );
    for (const dialect of ['failed', 'passive', 'constructor', '__proto__', '']) {
      // @ts-expect-error only the two dialects are a Dialect
      await expect(client.promote('p', 's', dialect)).rejects.toThrow(AivenOptionsError);
    }
    expect(server.received).toEqual([]);
  });

  test('names are percent-encoded, so that none can reach another path', async () => {
    await start(json(404, { message: 'no' }));
    await client.getService('a/../b', 's?x=1#y %2e').catch(() => {});
    await client.getDisasterRecovery('é', 'pg').catch(() => {});
    expect(server.received.map(({ url }) => url)).toEqual([
      '/v1/project/a%2F..%2Fb/service/s%3Fx%3D1%23y%20%252e',
      '/v1/project/%C3%A9/service/pg/disaster-recovery',
    ]);
  });

  test.each(['', ' ', '.', '..', '\ud800'])(
    'the name %j is refused before anything is sent',
    async (name) => {
      await start(json(200, {}));
      await expect(client.getService(name, 'pg')).rejects.toThrow(AivenOptionsError);
      await expect(client.promote('p', name, 'role')).rejects.toThrow(AivenOptionsError);
      expect(server.received).toEqual([]);
    },
  );

  test('a base URL keeps its path and loses trailing slashes', async () => {
    await start(json(200, { user: { user: 'bot@example.com' } }));
    const prefixed = new AivenClient({ baseUrl: `${server.url}/aiven//`, token: TOKEN });
    await prefixed.getMe();
    await prefixed.close();
    const slashed = new AivenClient({ baseUrl: `${server.url}///`, token: TOKEN });
    await slashed.getMe();
    await slashed.close();
    expect(server.received.map(({ url }) => url)).toEqual(['/aiven/v1/me', '/v1/me']);
  });

  test('requests one after the other share a connection', async () => {
    const ports = new Set<number | undefined>();
    await start((response, request) => {
      ports.add(response.socket?.remotePort);
      json(200, serviceReply())(response, request);
    });
    await read(client);
    // undici takes a connection for free one turn of the event loop after its reply.
    await pause(20);
    await read(client);
    expect(ports.size).toBe(1);
  });

  test('a redirect is not followed and not worth another try', async () => {
    await start(text(307, '', { location: '/v1/elsewhere' }));
    expect(await failureOf(read(client))).toMatchObject({ kind: 'http', status: 307, retryable: false });
    expect(await failureOf(write(client))).toMatchObject({ status: 307, outcome: 'not-applied' });
    expect(server.received).toHaveLength(2);
  });
});

describe('token', () => {
  test('a function is asked for every request, and white space around a token is dropped', async () => {
    const tokens = ['first-token', ' second-token\n'];
    await start(json(200, serviceReply()), { token: async () => tokens.shift() ?? 'none-left' });
    await read(client);
    await read(client);
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      'aivenv1 first-token',
      'aivenv1 second-token',
    ]);
  });

  test.each<[string, () => string]>([
    ['an empty token', () => ''],
    ['a token that would break out of the header', () => 'good\r\nx-evil: 1'],
    [
      'a function that throws',
      () => {
        throw Object.assign(new Error(`no file for ${TOKEN}`), { code: 'ENOENT' });
      },
    ],
  ])('%s fails before anything is sent', async (_, token) => {
    await start(json(200, {}), { token });
    const error = await failureOf(write(client));
    expect(error).toMatchObject({ kind: 'token', retryable: true, write: true, outcome: 'not-applied' });
    expect(error.message).not.toContain(TOKEN);
    expect(server.received).toEqual([]);
  });
});

describe('options', () => {
  const valid = { baseUrl: 'http://127.0.0.1:1', token: TOKEN };
  test.each<[string, object]>([
    ['token', { token: '' }],
    ['token', { token: 'two words' }],
    ['token', { token: undefined }],
    ['baseUrl', { baseUrl: 'api.aiven.io' }],
    ['baseUrl', { baseUrl: 'ftp://api.aiven.io' }],
    ['baseUrl', { baseUrl: 'https://user:hunter2@api.aiven.io' }],
    ['baseUrl', { baseUrl: 'https://api.aiven.io/?a=hunter2' }],
    ['requestTimeoutMs', { requestTimeoutMs: 0 }],
    ['requestTimeoutMs', { requestTimeoutMs: 1.5 }],
    ['requestTimeoutMs', { requestTimeoutMs: 2 ** 31 }],
    ['userAgent', { userAgent: 'a\r\nb' }],
    ['dispatcher', { dispatcher: {} }],
  ])('an unusable %s is refused by name and not repeated: %j', (name, change) => {
    const make = () => new AivenClient({ ...valid, ...change });
    expect(make).toThrow(AivenOptionsError);
    expect(make).toThrow(new RegExp(`^${name} must`));
    expect(make).not.toThrow(/hunter2/);
  });
});

describe('onRequest', () => {
  test('is told of reads and writes, good and bad, once they are over', async () => {
    await start((response, request) => {
      const answer = request.method === 'PUT' ? json(409, { message: 'busy' }) : json(200, serviceReply());
      response.setHeader('x-request-id', 'req-7');
      answer(response, request);
    });
    const records: RequestRecord[] = [];
    const onRequest = (record: RequestRecord) => records.push(record);
    await read(client, { onRequest });
    await failureOf(write(client, { onRequest }));
    await read(client);

    const path = '/v1/project/crdr-test/service/pg-demo';
    const common = { path, sent: true, requestId: 'req-7', durationMs: expect.any(Number) };
    expect(records).toEqual([
      { ...common, method: 'GET', kind: 'read', status: 200, startedAt: expect.any(String) },
      {
        ...common,
        method: 'PUT',
        kind: 'write',
        status: 409,
        startedAt: expect.any(String),
        error: `PUT ${path}: 409 busy`,
      },
    ]);
    for (const { startedAt } of records) expect(new Date(startedAt).toISOString()).toBe(startedAt);
  });

  test('says of a request that reached nobody that it was not sent', async () => {
    client = new AivenClient({ baseUrl: await refusingUrl(), token: TOKEN });
    const records: RequestRecord[] = [];
    await failureOf(write(client, { onRequest: (record) => records.push(record) }));
    expect(records).toEqual([expect.objectContaining({ kind: 'write', sent: false })]);
    expect(records[0]).not.toHaveProperty('status');
  });

  test('that of the client comes before that of the call, and neither can break a request', async () => {
    const seen: string[] = [];
    const fault = (who: string) => () => {
      seen.push(who);
      throw new Error('observer fault');
    };
    await start(json(200, serviceReply()), { onRequest: fault('client') });
    await write(client, { onRequest: fault('call') });
    expect(seen).toEqual(['client', 'call']);
  });
});
