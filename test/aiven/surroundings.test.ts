import { type AivenClient, AivenOptionsError, type CallOptions, type RequestRecord } from '../../src/aiven';
import { failureOf } from './fixtures';
import { json } from './server';
import { answering } from './setup';

type Read = (client: AivenClient, options?: CallOptions) => Promise<unknown>;
const events: Read = (client, options) => client.getEvents('crdr-test', 100, options);
const alerts: Read = (client, options) => client.getAlerts('crdr-test', options);
const tokens: Read = (client, options) => client.getAccessTokens(options);
const metrics: Read = (client, options) => client.getMetrics('crdr-test', 'pg-demo', 'hour', options);

const TABLE = {
  cols: [
    { label: 'time', type: 'date' },
    { label: 'pg-demo-7', type: 'number' },
    { label: 'pg-demo-8', type: 'number' },
  ],
};
const table = (...rows: unknown[][]) => ({ data: { ...TABLE, rows: [TABLE.cols, ...rows] }, hints: {} });
const event = {
  id: 'e-1',
  time: '2026-11-22T02:55:00.123456Z',
  actor: 'another@example.com',
  event_type: 'service_update',
  service_name: 'pg-demo',
  event_desc: 'Changed service plan',
};
const alert = { event: 'disk_usage', severity: 'critical' };

describe.each<[string, Read, string, string, string]>([
  ['events', events, 'GET', '/v1/project/crdr-test/events?limit=100', ''],
  ['alerts', alerts, 'GET', '/v1/project/crdr-test/alerts', ''],
  ['access tokens', tokens, 'GET', '/v1/access_token', ''],
  ['metrics', metrics, 'POST', '/v1/project/crdr-test/service/pg-demo/metrics', '{"period":"hour"}'],
])('%s', (what, read, method, url, body) => {
  test('are one request, and a read', async () => {
    const { client, server } = await answering(
      json(200, { events: [], alerts: [], tokens: [], metrics: {} }),
    );
    const records: RequestRecord[] = [];
    await read(client, { onRequest: (record) => records.push(record) });
    expect(server.received).toEqual([expect.objectContaining({ method, url, body })]);
    expect(server.received[0]?.headers['content-type']).toBe(body === '' ? undefined : 'application/json');
    expect(records).toEqual([expect.objectContaining({ kind: 'read', method, path: url, status: 200 })]);
  });

  test.each([403, 503])(
    'that the API refuses (%i) are a failed read, with no outcome of a write',
    async (status) => {
      const { client } = await answering(json(status, { message: 'said the API' }));
      const error = await failureOf(read(client));
      expect(error).toMatchObject({ kind: 'http', status, method, write: false, retryable: status === 503 });
      expect(error).not.toHaveProperty('outcome');
      expect(error.message).toBe(`${method} ${url}: ${status} said the API`);
    },
  );

  test('without what they are about are unreadable', async () => {
    const { client } = await answering(json(200, {}));
    expect(await failureOf(read(client))).toMatchObject({ kind: 'unreadable-reply', write: false });
  });

  test('given up by the caller reject with the reason itself, also once sent', async () => {
    const stop = new AbortController();
    const { client } = await answering(() => stop.abort(new Error('given up')));
    const signal = stop.signal;
    const calls: Record<string, () => Promise<unknown>> = {
      events: () => client.getEvents('crdr-test', 100, { signal }),
      alerts: () => client.getAlerts('crdr-test', { signal }),
      'access tokens': () => client.getAccessTokens({ signal }),
      metrics: () => client.getMetrics('crdr-test', 'pg-demo', 'hour', { signal }),
    };
    await expect(calls[what]?.()).rejects.toThrow('given up');
  });
});

test('events are read as they came; those of the project as a whole have no service', async () => {
  const bare = {
    time: event.time,
    actor: 'Aiven Automation',
    event_type: 'project_update',
    service_name: null,
  };
  const { client } = await answering(json(200, { events: [event, { ...bare, event_desc: 7 }] }));
  expect(await client.getEvents('crdr-test', 2)).toEqual([
    {
      time: event.time,
      actor: 'another@example.com',
      type: 'service_update',
      serviceName: 'pg-demo',
      description: 'Changed service plan',
    },
    { time: event.time, actor: 'Aiven Automation', type: 'project_update' },
  ]);
});

test('an event never shows a password', async () => {
  const event_desc = 'Replicates from postgres://avnadmin:AVNS_s3cr3t@host/db';
  const { client } = await answering(json(200, { events: [{ ...event, event_desc }] }));
  expect(JSON.stringify(await events(client))).not.toContain('AVNS_s3cr3t');
});

test.each(['time', 'actor', 'event_type'])('an event without its %s is refused', async (field) => {
  const { client } = await answering(json(200, { events: [{ ...event, [field]: null }] }));
  expect(await failureOf(events(client))).toMatchObject({ kind: 'unreadable-reply' });
});

test('an event of no readable time is refused: nobody could say how old it is', async () => {
  const { client } = await answering(json(200, { events: [{ ...event, time: 'today' }] }));
  expect((await failureOf(events(client))).message).toMatch(/events\.0\.time: not a time/);
});

test.each([0, -1, 1.5, Number.NaN])(
  'a limit of %d events is refused before anything is sent',
  async (limit) => {
    const { client, server } = await answering(json(200, { events: [] }));
    await expect(client.getEvents('crdr-test', limit)).rejects.toThrow(AivenOptionsError);
    expect(server.received).toEqual([]);
  },
);

test('alerts are read; their severity is vital, their node is not', async () => {
  const more = {
    service_name: 'pg-demo',
    node_name: 'n',
    create_time: '2026-11-22T02:00:00Z',
    project_name: 'p',
  };
  const { client } = await answering(
    json(200, {
      alerts: [
        { ...alert, ...more },
        { ...alert, node_name: 5 },
      ],
    }),
  );
  expect(await alerts(client)).toEqual([
    { ...alert, serviceName: 'pg-demo', nodeName: 'n', createTime: '2026-11-22T02:00:00Z' },
    alert,
  ]);
  const { client: other } = await answering(json(200, { alerts: [{ event: 'e' }] }));
  expect(await failureOf(alerts(other))).toMatchObject({ kind: 'unreadable-reply' });
});

test('of access tokens only their end is taken in, never what would identify them', async () => {
  const token = { token_prefix: 'AVNST', description: 'ci', full_token: 'secret', last_ip: '192.0.2.1' };
  const { client } = await answering(
    json(200, {
      tokens: [
        { ...token, currently_active: true, expiry_time: '2026-12-01T00:00:00Z', extend_when_used: false },
        { ...token, currently_active: false, expiry_time: null },
      ],
    }),
  );
  expect(await tokens(client)).toEqual([
    { currentlyActive: true, expiryTime: '2026-12-01T00:00:00Z', extendWhenUsed: false },
    { currentlyActive: false },
  ]);
});

test.each([{ expiry_time: 5 }, { expiry_time: 'soon' }, { currently_active: 'yes' }])(
  'a token with %j is refused: it would look as if it had no end',
  async (fields) => {
    const { client } = await answering(json(200, { tokens: [{ currently_active: true, ...fields }] }));
    expect(await failureOf(tokens(client))).toMatchObject({ kind: 'unreadable-reply' });
  },
);

test('of metrics the latest number of each node is read, whatever the order of the rows', async () => {
  const disk_usage = table(
    ['2026-11-22T02:59:30Z', 31.5, 30],
    ['2026-11-22T03:00:00Z', null, 33.25],
    ['2026-11-22T02:59:00Z', 99, 99],
  );
  const { client } = await answering(json(200, { metrics: { disk_usage } }));
  expect(await metrics(client)).toEqual({
    disk_usage: [
      { node: 'pg-demo-7', value: 31.5, at: '2026-11-22T02:59:30Z' },
      { node: 'pg-demo-8', value: 33.25, at: '2026-11-22T03:00:00Z' },
    ],
  });
});

test('metrics that are not understood are left out, and empty ones are empty: neither is a zero', async () => {
  const cpu_usage = { data: { cols: 'none', rows: [] } };
  const { client } = await answering(
    json(200, {
      metrics: { cpu_usage, mem_usage: null, disk_usage: table(['2026-11-22T03:00:00Z', null, 'x']) },
    }),
  );
  expect(await metrics(client)).toEqual({ disk_usage: [] });
});

test('a read can have a shorter limit than the client, never a longer one', async () => {
  const { client } = await answering(() => {}, { requestTimeoutMs: 30_000 });
  const began = performance.now();
  expect(await failureOf(client.getAlerts('p', { timeoutMs: 50 }))).toMatchObject({
    kind: 'timeout',
    message: expect.stringContaining('within 50 ms'),
  });
  expect(performance.now() - began).toBeLessThan(20_000);
  const { client: hasty } = await answering(() => {}, { requestTimeoutMs: 300 });
  const patient = await failureOf(hasty.getAlerts('p', { timeoutMs: 60_000 }));
  expect(patient.message).toContain('within 300 ms');
});

test('a write has the limit of the client, whatever it is called with', async () => {
  const { client } = await answering(() => {}, { requestTimeoutMs: 200 });
  const error = await failureOf(client.promote('p', 's', 'role', { timeoutMs: 1 }));
  expect(error.message).toContain('within 200 ms');
});
