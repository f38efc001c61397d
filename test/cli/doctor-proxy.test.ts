import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, createServer } from 'node:tls';
import { type Lab, startLab } from '../../lab/src/lab';
import { useBuild } from '../doors/build';
import { usePrograms } from '../doors/programs';
import { Authority } from '../postgres/certificates';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';
import { type ConnectProxy, connectProxy } from '../util/connect-proxy';

useBuild();
const start = usePrograms();
const scratch = useScratchFolder();
const authority = new Authority('of the company');
const NAMES = ['aiven.internal', 'hooks.internal'];

let lab: Lab;
let proxy: ConnectProxy;
/** TLS in front of the lab, under names that only the proxy knows. */
const front = createServer({
  SNICallback: (name, done) => {
    const { certificate: cert, key } = authority.issue(name);
    done(null, createSecureContext({ cert, key }));
  },
});

beforeAll(async () => {
  lab = await startLab({ backing: 'memory' });
  proxy = await connectProxy();
  front.on('tlsClientError', () => {});
  front.on('secureConnection', (client) => {
    const api = connect(Number(new URL(lab.baseUrl).port), '127.0.0.1');
    client.on('error', () => api.destroy()).pipe(api);
    api.on('error', () => client.destroy()).pipe(client);
  });
  await new Promise<void>((done) => front.listen(0, '127.0.0.1', done));
});
afterAll(async () => {
  front.close();
  await proxy.close();
  await lab.close();
});

async function diagnose(env: Record<string, string>) {
  const { port } = front.address() as AddressInfo;
  const [api, hook] = NAMES.map((name) => `https://${name}:${port}`) as [string, string];
  const notify = join(scratch(), 'notify.json');
  const sink = { type: 'webhook', name: 'hook', url: { env: 'HOOK' }, secret: { env: 'HOOK_SECRET' } };
  writeFileSync(notify, JSON.stringify({ sinks: [sink] }));
  const { stdout } = await start('starter', ['doctor', '--json'], {
    HTTPS_PROXY: proxy.url.replace('//', '//someone:s3cret@'),
    AIVEN_WEB_URL: api,
    AIVEN_TOKEN: lab.token,
    SWITCHBACK_NOTIFY: notify,
    HOOK: `${hook}/x`,
    HOOK_SECRET: 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0',
    TEMPORAL_ADDRESS: `temporal.internal:${testEnvironment.temporalAddress().split(':')[1]}`,
    ...env,
  }).ended;
  expect(stdout).not.toContain('s3cret');
  const { checks } = JSON.parse(stdout) as { checks: { id: string; verdict: string; observed: string }[] };
  return (id: string) => checks.find((check) => check.id === id);
}

test('the doctor says which proxy is used for what, and tries it, with the authority of the company', async () => {
  const ca = join(scratch(), 'ca.pem');
  writeFileSync(ca, authority.ca);
  const found = await diagnose({ NODE_EXTRA_CA_CERTS: ca });
  const through = `, through the proxy ${new URL(proxy.url).host}`;
  for (const id of ['api-reachable', 'sink-reachable', 'temporal-reachable'])
    expect(found(id)).toMatchObject({ verdict: 'ok', observed: expect.stringContaining(through) });
  const { port } = front.address() as AddressInfo;
  const asked = proxy.asked.map(({ target }) => target);
  expect(asked).toEqual(expect.arrayContaining(NAMES.map((name) => `${name}:${port}`)));
  expect(asked.some((target) => target.startsWith('temporal.internal:'))).toBe(true);
  expect(new Set(proxy.asked.map(({ authorization }) => authorization))).toEqual(
    new Set([`Basic ${Buffer.from('someone:s3cret').toString('base64')}`]),
  );
});

test('without that authority nothing behind the proxy is trusted, and both are named', async () => {
  const found = await diagnose({});
  const through = `, through the proxy ${new URL(proxy.url).host} does not answer: `;
  for (const id of ['api-reachable', 'sink-reachable'])
    expect(found(id)).toMatchObject({ verdict: 'fail', observed: expect.stringContaining(through) });
});
