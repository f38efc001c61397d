import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { diagnose } from '../../src/doctor';
import { examineMachine } from '../../src/doctor/machine';
import { oldestNode } from '../../src/version';
import { useScratchFolder } from '../support/scratch';
import { NOTHING, useServers } from './doctor-stage';

const scratch = useScratchFolder();
const servers = useServers();
const SECRET = 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0';

/** What the doctor says of one thing, where there is little else. */
async function checksOf(id: string, env: Record<string, string>) {
  const { checks } = await diagnose({
    ...NOTHING,
    AIVEN_TOKEN: 'a-token',
    ...env,
  });
  for (const secret of Object.values(env).filter((value) => /secret|s3cret/.test(value)))
    expect(JSON.stringify(checks)).not.toContain(secret);
  return checks.filter((check) => check.id === id);
}

function notify(...sinks: object[]): Record<string, string> {
  const file = join(scratch(), 'notify.json');
  writeFileSync(file, JSON.stringify({ sinks }));
  return { SWITCHBACK_NOTIFY: file };
}

test('each sink is reached, and nothing is sent to it', async () => {
  const received: Buffer[] = [];
  const listener = createServer((socket) => socket.on('data', (bytes: Buffer) => received.push(bytes)));
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  const { port } = listener.address() as { port: number };
  const url = `http://127.0.0.1:${port}/hooks/s3cret-path`;
  const env = { HOOK_SECRET: SECRET, SLACK: 'xoxb-s3cret', HOOK: url };
  const found = await checksOf('sink-reachable', {
    ...env,
    ...notify(
      { type: 'webhook', name: 'desk', url: { env: 'HOOK' }, secret: { env: 'HOOK_SECRET' } },
      {
        type: 'slack',
        name: 'chat',
        baseUrl: 'http://127.0.0.1:1',
        channel: '#ops',
        token: { env: 'SLACK' },
      },
    ),
  });
  listener.close();
  expect(found).toMatchObject([
    { about: 'desk', title: 'webhook', verdict: 'ok', remedy: '' },
    {
      about: 'chat',
      title: 'slack',
      verdict: 'fail',
      observed: '127.0.0.1:1 does not answer: ECONNREFUSED',
      remedy: expect.stringContaining('SWITCHBACK_NOTIFY'),
    },
  ]);
  expect(found[0]?.observed).toBe(`127.0.0.1:${port} can be reached; nothing was sent`);
  expect(received).toEqual([]);
});

test('a sink that speaks no TLS where its address says so', async () => {
  const plain = await servers.http((_, response) => response.end());
  const [found] = await checksOf('sink-reachable', {
    ROUTING: 'a-routing-key-of-secret',
    ...notify({
      type: 'pagerduty',
      baseUrl: plain.replace('http:', 'https:'),
      routingKey: { env: 'ROUTING' },
    }),
  });
  expect(found).toMatchObject({
    verdict: 'fail',
    observed: expect.stringMatching(/does not answer: (ERR_SSL|EPROTO)/),
  });
});

test('a store for evidence that cannot be reached', async () => {
  const s3 = {
    SWITCHBACK_EVIDENCE: 's3://bucket/prefix',
    AWS_ACCESS_KEY_ID: 'key-id-s3cret',
    AWS_SECRET_ACCESS_KEY: 'key-s3cret',
  };
  const there = await servers.http((_, response) => response.end());
  const [gone] = await checksOf('evidence-store', { ...s3, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' });
  const [found] = await checksOf('evidence-store', { ...s3, AWS_ENDPOINT_URL_S3: there });
  expect(gone).toMatchObject({
    verdict: 'fail',
    observed: '127.0.0.1:1 does not answer: ECONNREFUSED',
    remedy: expect.stringContaining('SWITCHBACK_EVIDENCE'),
  });
  expect(found).toMatchObject({ verdict: 'ok', observed: expect.stringContaining('was not tried') });
});

test.each([
  ['18.20.0', 'fail'],
  ['20.18.9', 'fail'],
  [`${oldestNode}`, 'ok'],
  ['24.0.0', 'ok'],
])('Node.js %s: %s', async (version, verdict) => {
  const [node] = await examineMachine([], version);
  expect(node).toMatchObject({ verdict, observed: version });
  expect(node?.remedy).toBe(verdict === 'ok' ? '' : `Install Node.js ${oldestNode} or newer.`);
});

test('faults of every kind at once are all said', async () => {
  const { ok, code, checks } = await diagnose({
    AIVEN_WEB_URL: 'ftp://nowhere',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    SWITCHBACK_EVIDENCE: join(__filename, 'evidence'),
    SWITCHBACK_DATABASES: join(scratch(), 'none.json'),
    SWITCHBACK_NOTIFY: join(scratch(), 'none.json'),
  });
  expect({ ok, code }).toEqual({ ok: false, code: 'CONFIG_INVALID' });
  const of = (verdict: string) => checks.filter((check) => check.verdict === verdict).map(({ id }) => id);
  expect(of('fail')).toEqual(['configuration', 'temporal-reachable', 'evidence-store']);
  const [faults = ''] = checks.filter(({ id }) => id === 'configuration').map(({ observed }) => observed);
  for (const name of ['AIVEN_WEB_URL', 'AIVEN_TOKEN', 'SWITCHBACK_DATABASES', 'SWITCHBACK_NOTIFY'])
    expect(faults).toContain(name);
  expect(of('skipped')).toEqual(
    expect.arrayContaining(['api-reachable', 'database-access', 'sink-reachable']),
  );
});
