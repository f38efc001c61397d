import { inspect } from 'node:util';
import { AivenApiError, AivenClient, type RequestRecord } from '../../src/aiven';
import { failureOf, read, serviceWith, TOKEN, write } from './fixtures';
import { httpServer, json, refusingUrl, tcpServer, text } from './server';

const PASSWORD = 'AVNS_s3cr3t';
const URI = `postgres://avnadmin:${PASSWORD}@pg-demo.example.com:21699/defaultdb`;

/** Everything that a log, a debugger or a converter could make of a value. */
function allOf(value: unknown): string {
  const deep = inspect(value, { showHidden: true, depth: Number.POSITIVE_INFINITY });
  const parts = [deep, JSON.stringify(value), String(value)];
  if (value instanceof AivenApiError) parts.push(value.stack ?? '', value.message, inspect(value.cause));
  return parts.join('\n');
}

function expectClean(value: unknown): void {
  const all = allOf(value);
  expect(all).not.toContain(TOKEN);
  expect(all).not.toContain(PASSWORD);
  expect(all).not.toMatch(/authorization/i);
}

test('an API that repeats the secrets does not get them into an error or a record', async () => {
  const said = `token ${TOKEN} (Authorization: aivenv1 ${TOKEN}) may not open ${URI}, said the API`;
  const server = await httpServer(
    json(
      403,
      { message: said, errors: [{ message: said, error_code: TOKEN }], service_uri: URI },
      { 'x-request-id': TOKEN },
    ),
  );
  const records: RequestRecord[] = [];
  const onRequest = (it: RequestRecord) => records.push(it);
  const client = new AivenClient({ baseUrl: server.url, token: TOKEN, onRequest });
  for (const error of [await failureOf(read(client)), await failureOf(write(client))]) {
    expect(allOf(error).replaceAll('Authorization', '')).not.toContain(TOKEN);
    expect(allOf(error)).not.toContain(PASSWORD);
    expect(error.apiMessage).toContain('said the API');
  }
  expect(records).toHaveLength(2);
  expect(inspect(records)).not.toContain(TOKEN);
  expect(inspect(records)).not.toContain(PASSWORD);
  await server.close();
});

test('a long message is cut after masking, so that no half of a secret is left', async () => {
  const filler = 'x'.repeat(300 - TOKEN.length / 2);
  const server = await httpServer(json(400, { message: `${filler}${TOKEN}${'y'.repeat(5000)}` }));
  const client = new AivenClient({ baseUrl: server.url, token: TOKEN });
  const { apiMessage = '' } = await failureOf(read(client));
  expect(apiMessage.length).toBeLessThanOrEqual(300);
  expect(apiMessage).not.toContain(TOKEN.slice(0, 5));
  await server.close();
  await client.close();
});

test('no other kind of error holds the token, a header or a body', async () => {
  const answers = [
    text(200, `<html>${TOKEN} ${URI}</html>`),
    json(200, serviceWith({ state: { uri: URI } })),
  ];
  const servers = await Promise.all(answers.map(httpServer));
  const resetting = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const mute = await tcpServer(() => {});
  const odd = await tcpServer((socket) => socket.once('data', () => socket.end(`${TOKEN} ${URI}\r\n`)));
  const urls = [...servers.map(({ url }) => url), resetting.url, mute.url, odd.url, await refusingUrl()];
  for (const baseUrl of urls) {
    const client = new AivenClient({ baseUrl, token: () => TOKEN, requestTimeoutMs: 200 });
    expectClean(await failureOf(read(client)));
    if (baseUrl !== servers[1]?.url) expectClean(await failureOf(write(client)));
    await client.close();
  }
  await Promise.all([...servers, resetting, mute, odd].map((server) => server.close()));
});

test('the client does not show the token', async () => {
  const client = new AivenClient({ baseUrl: 'http://127.0.0.1:1', token: TOKEN });
  expectClean(client);
  await client.close();
});

test('a service that comes with secrets is returned without them', async () => {
  const server = await httpServer(
    json(
      200,
      serviceWith({
        service_uri: URI,
        service_uri_params: { password: PASSWORD },
        connection_info: { pg: [URI], pg_params: [{ password: PASSWORD }] },
        users: [{ username: 'avnadmin', password: PASSWORD }],
        connection_pools: [{ pool_name: 'p', database: 'd', connection_uri: URI }],
        user_config: {
          pg_version: '17',
          admin_password: PASSWORD,
          migration: { host: 'old.example.com', password: PASSWORD, from: URI },
          pg: { password_encryption: 'scram-sha-256' },
        },
        metadata: { deep: [{ api_key: PASSWORD, note: `see ${URI}` }] },
      }),
    ),
  );
  const client = new AivenClient({ baseUrl: server.url, token: TOKEN });
  const service = await read(client);
  expect(inspect(service, { depth: null })).not.toContain(PASSWORD);
  expect(service.userConfig).toEqual({
    pg_version: '17',
    migration: { host: 'old.example.com', from: 'postgres://***@pg-demo.example.com:21699/defaultdb' },
    pg: { password_encryption: 'scram-sha-256' },
  });
  await client.close();
  await server.close();
});
