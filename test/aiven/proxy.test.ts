import { AivenApiError, AivenClient } from '../../src/aiven';
import { alignProxyVariables, faultsOfProxies } from '../../src/config/proxy';
import { type ConnectProxy, connectProxy } from '../util/connect-proxy';
import { failureOf, read, serviceReply, TOKEN, write } from './fixtures';
import { httpServer, json, type TestServer } from './server';

const VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];
const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
let server: TestServer;
let proxy: ConnectProxy;

/** A client made with these variables set. */
function clientWith(env: Record<string, string>): AivenClient {
  for (const name of VARIABLES) delete process.env[name];
  Object.assign(process.env, env);
  return new AivenClient({ baseUrl: server.url, token: TOKEN });
}

beforeEach(async () => {
  server = await httpServer(json(200, serviceReply()));
});
afterEach(async () => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await server.close();
  await proxy?.close();
});

test.each(['http_proxy', 'HTTP_PROXY'])(
  'requests go through the proxy that %s names, with its password',
  async (name) => {
    proxy = await connectProxy();
    const client = clientWith({ [name]: proxy.url.replace('//', '//user:secret@') });
    await read(client);
    expect(server.received).toHaveLength(1);
    expect(proxy.asked).toEqual([
      { target: new URL(server.url).host, authorization: `Basic ${btoa('user:secret')}` },
    ]);
    await client.close();
  },
);

test('an address that NO_PROXY names is reached directly', async () => {
  proxy = await connectProxy();
  const client = clientWith({ http_proxy: proxy.url, no_proxy: 'example.com,127.0.0.1' });
  await read(client);
  expect([server.received.length, proxy.asked.length]).toEqual([1, 0]);
  await client.close();
});

test('a proxy that drops the reply of a write: maybe applied, and the write is not sent again', async () => {
  proxy = await connectProxy(() => false);
  const client = clientWith({ http_proxy: proxy.url });
  expect(await failureOf(write(client))).toMatchObject({ outcome: 'maybe-applied' });
  expect(server.received.map(({ method }) => method)).toEqual(['PUT']);
  await client.close();
});

test('a proxy that is not there: nothing was sent, and its password is not told', async () => {
  const client = clientWith({ http_proxy: 'http://user:secret@127.0.0.1:1' });
  const error = await failureOf(write(client));
  expect(error).toBeInstanceOf(AivenApiError);
  expect(error).toMatchObject({ outcome: 'not-applied' });
  expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain('secret');
  await client.close();
});

test('both spellings get one value, and loopback never goes through a proxy', () => {
  const env: NodeJS.ProcessEnv = { HTTPS_PROXY: 'http://proxy.example.com:3128', no_proxy: 'a.example.com' };
  alignProxyVariables(env);
  expect(env).toEqual({
    HTTPS_PROXY: 'http://proxy.example.com:3128',
    https_proxy: 'http://proxy.example.com:3128',
    no_proxy: 'a.example.com,localhost,127.0.0.1,::1',
    NO_PROXY: 'a.example.com,localhost,127.0.0.1,::1',
  });
});

test('a variable that holds no URL of a proxy is a fault, without its value', () => {
  expect(faultsOfProxies({ https_proxy: 'user:secret@proxy', HTTP_PROXY: 'socks5://proxy:1080' })).toEqual([
    'https_proxy: must be an http or https URL, such as http://proxy.example.com:3128',
    'HTTP_PROXY: must be an http or https URL, such as http://proxy.example.com:3128',
  ]);
});
