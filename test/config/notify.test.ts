import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNotify } from '../../src/config/notify';
import type { SinkSettings } from '../../src/notify/settings';
import { useScratchFolder } from '../support/scratch';

const folder = useScratchFolder();
/** What must never be repeated in a message. */
const SECRET = 's3cret-v4lue';
const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ENV = {
  HOOK_SECRET: KEY,
  SLACK_TOKEN: 'xoxb-1',
  PD_KEY: 'r0ut1ng',
  HOOK_URL: 'https://ops.example/h?k=1',
};

const WEBHOOK = { type: 'webhook', url: 'https://ops.example/hook', secret: { env: 'HOOK_SECRET' } };
const SLACK = { type: 'slack', channel: 'C0123', token: { env: 'SLACK_TOKEN' } };
const PAGERDUTY = { type: 'pagerduty', routingKey: { env: 'PD_KEY' } };

async function read(content: unknown, env: Record<string, string> = ENV) {
  const path = join(folder(), 'notify.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  const result = readNotify(path, env);
  if (!('faults' in result)) return result;
  for (const fault of result.faults) expect(fault.startsWith(path)).toBe(true);
  return { faults: result.faults.map((fault) => fault.slice(path.length)) };
}

async function sinksOf(...sinks: object[]): Promise<SinkSettings[]> {
  const result = await read({ sinks });
  if ('faults' in result) throw new Error(result.faults.join('\n'));
  return result.value;
}

async function faultsOf(content: unknown, env?: Record<string, string>): Promise<string[]> {
  const result = await read(content, env);
  if (!('faults' in result)) throw new Error('it was accepted');
  expect(result.faults.join('\n')).not.toContain(SECRET);
  return result.faults;
}

test('without a file there is nobody to tell', () => {
  expect(readNotify(undefined, {})).toEqual({ value: [] });
});

test('a sink is named after its type and goes to the real service, unless it says otherwise', async () => {
  const [webhook, slack, pagerduty] = await sinksOf(WEBHOOK, SLACK, PAGERDUTY);
  if (webhook?.type !== 'webhook' || slack?.type !== 'slack' || pagerduty?.type !== 'pagerduty')
    throw new Error();
  expect(webhook).toEqual({
    type: 'webhook',
    name: 'webhook',
    url: expect.any(Function),
    secret: expect.any(Function),
  });
  expect([await webhook.url(), await webhook.secret()]).toEqual(['https://ops.example/hook', KEY]);
  expect(slack).toMatchObject({ name: 'slack', baseUrl: 'https://slack.com/api', channel: 'C0123' });
  expect(await slack.token()).toBe('xoxb-1');
  expect(pagerduty).toMatchObject({ name: 'pagerduty', baseUrl: 'https://events.pagerduty.com' });
  expect(await pagerduty.routingKey()).toBe('r0ut1ng');
});

test('everything may be set', async () => {
  const events = ['switchback.run.ended'];
  const [webhook, slack] = await sinksOf(
    { ...WEBHOOK, name: 'ops', events, url: { env: 'HOOK_URL' } },
    { ...SLACK, name: 'team-1', baseUrl: 'http://localhost:9/api/' },
  );
  if (webhook?.type !== 'webhook') throw new Error();
  expect(webhook).toMatchObject({ name: 'ops', events });
  expect(await webhook.url()).toBe(ENV.HOOK_URL);
  expect(slack).toMatchObject({ name: 'team-1', baseUrl: 'http://localhost:9/api' });
});

test('a secret in a file is read again for every use', async () => {
  const file = join(folder(), 'token');
  await writeFile(file, 'first\n');
  const [slack] = await sinksOf({ ...SLACK, token: { file } });
  if (slack?.type !== 'slack') throw new Error();
  expect(await slack.token()).toBe('first');
  await writeFile(file, 'second\n');
  expect(await slack.token()).toBe('second');
  await rm(file);
});

test.each([
  ['is no JSON', `{"token": "${SECRET}`, [' is not valid JSON']],
  ['has no sinks', {}, [': sinks: Invalid input: expected array, received undefined']],
  ['has an empty list', { sinks: [] }, [': sinks: Too small: expected array to have >=1 items']],
  ['has an unknown field', { sinks: [SLACK], more: SECRET }, [': unknown: more']],
])('a file that %s is refused', async (_, content, faults) => {
  expect(await faultsOf(content)).toEqual(faults);
});

test('all faults of all sinks are told at once, and never a value', async () => {
  const sinks = [
    { type: SECRET },
    { ...WEBHOOK, url: `https://user:${SECRET}@ops.example/`, name: `Not ${SECRET}!` },
    { ...SLACK, token: SECRET, channel: `two ${SECRET}` },
    { ...PAGERDUTY, events: [SECRET], baseUrl: SECRET },
  ];
  expect(await faultsOf({ sinks })).toEqual([
    ': sinks.0.type: must be "webhook", "slack" or "pagerduty"',
    ': sinks.1.name: must be 1 to 32 of a-z, 0-9 and "-"',
    ': sinks.1.url: must not hold a user or a password',
    ': sinks.2.channel: must be the id or the name of a channel',
    ': sinks.2.token: must be {"file":"/path"} or {"env":"VARIABLE"}: the token itself does not belong here',
    expect.stringMatching(
      /^: sinks\.3\.events\.0: Invalid option: expected one of "switchback.phase.entered"/,
    ),
    ': sinks.3.baseUrl: must be an http or https URL',
  ]);
});

test('two sinks need two names', async () => {
  expect(await faultsOf({ sinks: [SLACK, SLACK] })).toEqual([
    ': sinks.1.name: another sink has this name already',
  ]);
});

test.each([
  ['not set', {}, ': sinks.0.secret.env: no variable of that name is set'],
  [
    'without its prefix',
    { HOOK_SECRET: SECRET },
    ': sinks.0.secret.env: the variable must be whsec_ followed by base64',
  ],
  [
    'no base64',
    { HOOK_SECRET: `whsec_${SECRET}` },
    ': sinks.0.secret.env: the variable must be whsec_ followed by base64',
  ],
  [
    'too short',
    { HOOK_SECRET: `whsec_${Buffer.alloc(23).toString('base64')}` },
    ': sinks.0.secret.env: the variable must encode 24 to 64 bytes',
  ],
  [
    'too long',
    { HOOK_SECRET: `whsec_${Buffer.alloc(65).toString('base64')}` },
    ': sinks.0.secret.env: the variable must encode 24 to 64 bytes',
  ],
])('a secret for webhooks that is %s is a fault', async (_, env, fault) => {
  expect(await faultsOf({ sinks: [WEBHOOK] }, env)).toEqual([fault]);
});

test('what a reference leads to is checked, and not repeated', async () => {
  const missing = join(folder(), 'missing');
  const sinks = [
    { ...WEBHOOK, url: { env: 'HOOK_URL' } },
    { ...SLACK, token: { file: missing } },
    { ...PAGERDUTY, routingKey: { env: 'PD_KEY' } },
  ];
  const env = { ...ENV, HOOK_URL: `ftp://${SECRET}`, PD_KEY: `two ${SECRET}` };
  expect(await faultsOf({ sinks }, env)).toEqual([
    ': sinks.0.url.env: the variable must be an http or https URL',
    ': sinks.1.token.file: the file cannot be read (ENOENT)',
    ': sinks.2.routingKey.env: the variable must be one word of printable ASCII',
  ]);
});
