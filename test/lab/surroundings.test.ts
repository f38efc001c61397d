import { type Lab, startLab } from '../../lab/src/lab';
import { ask, type Json, serviceUrl } from './client';

let lab: Lab;
const PROJECT = '/v1/project/crdr-lab';
const MINUTE = 60_000;

beforeEach(async () => {
  lab = await startLab({ backing: 'memory' });
});
afterEach(() => lab.close());

const get = async (path: string) => (await ask(lab, 'GET', path)).body;

test('an alert is open until the service is restored, in the project and at the service', async () => {
  await lab.apply({ kind: 'alert', service: 'pg-demo', event: 'disk_full', severity: 'warning' });
  await lab.apply({ kind: 'alert', service: 'pg-demo-recovery', event: 'pg_down' });
  const { alerts } = await get(`${PROJECT}/alerts`);
  expect(alerts).toMatchObject([
    { event: 'disk_full', severity: 'warning', service_name: 'pg-demo', project_name: 'crdr-lab' },
    { event: 'pg_down', severity: 'critical', service_name: 'pg-demo-recovery' },
  ]);
  expect((await get(`${serviceUrl(lab, 'pg-demo')}/alerts`)).alerts).toHaveLength(1);
  await lab.apply({ kind: 'restore', service: 'pg-demo' });
  expect((await get(`${PROJECT}/alerts`)).alerts).toHaveLength(1);
});

test('metrics are what they were told to be, on every node, until the service is restored', async () => {
  const usage = async (service: string) => {
    const path = `${serviceUrl(lab, service)}/metrics`;
    const { body } = await ask(lab, 'POST', path, { body: { period: 'hour' } });
    const { disk_usage } = body.metrics as Record<string, { data: { rows: unknown[][] } }>;
    return disk_usage?.data.rows.at(-1)?.slice(1);
  };
  await lab.apply({ kind: 'metrics', service: 'pg-demo', set: { disk_usage: 97 } });
  expect(await usage('pg-demo')).toEqual([97, 97]);
  expect(await usage('pg-demo-recovery')).toEqual([31, 31]);
  await lab.apply({ kind: 'restore', service: 'pg-demo' });
  expect(await usage('pg-demo')).toEqual([31, 31]);
});

test('events are added at any time, and come newest first', async () => {
  const at = new Date(Date.now() - 5 * MINUTE).toISOString();
  await lab.apply({ kind: 'event', service: 'pg-demo', type: 'service_update' });
  await lab.apply({
    kind: 'event',
    service: 'pg-demo',
    type: 'service_create',
    actor: 'a@example.com',
    text: 't',
    at,
  });
  const { events } = await get(`${PROJECT}/events`);
  expect(events).toMatchObject([
    { event_type: 'service_update', actor: 'another-user@example.com', service_name: 'pg-demo' },
    { event_type: 'service_create', actor: 'a@example.com', event_desc: 't', time: at },
    { event_type: 'service_disaster_recovery_transition' },
  ]);
  expect((await get(`${PROJECT}/events?limit=1`)).events).toEqual([(events as Json[])[0]]);
});

test('the end of the token is what it was told to be, and does not make it invalid', async () => {
  const expires = '2030-01-02T03:04:05Z';
  const answer = await ask(lab, 'POST', '/_lab/changes', { body: { kind: 'token', expires } });
  expect(answer.status).toBe(200);
  expect((await get('/v1/access_token')).tokens).toMatchObject([
    { currently_active: true, expiry_time: expires },
  ]);
});

test('a change of this kind can wait for a request', async () => {
  const change = {
    kind: 'event',
    service: 'pg-demo',
    type: 'service_update',
    at: '2030-01-01T00:00:00Z',
  } as const;
  lab.addFault({ match: { path: '/me' }, do: { type: 'change', change } });
  await get('/v1/me');
  expect((await get(`${PROJECT}/events?limit=1`)).events).toMatchObject([
    { time: '2030-01-01T00:00:00.000Z' },
  ]);
});

test.each(['logs', 'metrics', 'query/activity'])(
  'POST …/%s is logged as a read, with its question',
  async (what) => {
    const body = { period: 'hour' };
    await ask(lab, 'POST', `${serviceUrl(lab, 'pg-demo')}/${what}`, { body });
    expect(lab.requests().at(-1)).toMatchObject({ method: 'POST', body });
    expect(lab.requests().at(-1)).not.toHaveProperty('effect');
  },
);

test('a POST that the lab does not know is logged as a write', async () => {
  await ask(lab, 'POST', `${PROJECT}/service`, { body: { service_name: 'x' } });
  expect(lab.requests().at(-1)).toMatchObject({ method: 'POST', status: 404, effect: 'none' });
});
