import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { temporalProxyOf } from '../../src/hosting/temporal-proxy';
import { testEnvironment } from '../support/environment';
import { type ConnectProxy, connectProxy } from '../util/connect-proxy';

let proxy: ConnectProxy;

beforeEach(async () => {
  proxy = await connectProxy();
  process.env.https_proxy = proxy.url;
});
afterEach(async () => {
  delete process.env.https_proxy;
  delete process.env.no_proxy;
  await proxy.close();
});

/** A name that only the proxy knows, with the port of the real server. */
const behindProxy = () => `temporal.test:${testEnvironment.temporalAddress().split(':').at(-1)}`;

test('a worker reaches Temporal through the proxy that the environment names', async () => {
  const address = behindProxy();
  const found = temporalProxyOf(address);
  const connection = await NativeConnection.connect({
    address,
    ...(found === undefined ? {} : { proxy: found }),
  });
  await connection.close();
  expect(proxy.asked.map(({ target }) => target)).toEqual([address]);
});

test('so does the command', async () => {
  const address = behindProxy();
  const connection = await Connection.connect({ address });
  await connection.close();
  expect(proxy.asked.map(({ target }) => target)).toContain(address);
});

test('a worker reaches an address that NO_PROXY names directly; the password of a proxy is passed on', () => {
  process.env.no_proxy = 'temporal.test';
  expect(temporalProxyOf('temporal.test:7233')).toBeUndefined();
  process.env.no_proxy = '';
  process.env.https_proxy = 'http://user:s%20ecret@proxy.test';
  expect(temporalProxyOf('temporal.test:7233')).toEqual({
    type: 'http-connect',
    targetHost: 'proxy.test:80',
    basicAuth: { username: 'user', password: 's ecret' },
  });
});
