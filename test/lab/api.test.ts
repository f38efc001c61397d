import { type Lab, startLab } from '../../lab/src/lab';
import { ask, getService, type Json, serviceUrl } from './client';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ backing: 'memory', transitionMs: 100 });
});
afterAll(() => lab.close());

describe('the token', () => {
  test.each(['aivenv1', 'Bearer', 'AIVENV1', 'bearer'])('is taken as %s', async (scheme) => {
    const headers = { authorization: `${scheme} ${lab.token}` };
    expect(await ask(lab, 'GET', '/v1/me', { headers })).toMatchObject({ status: 200 });
  });

  test.each(['', 'aivenv1 wrong', 'Basic abc'])('is missing in "%s"', async (authorization) => {
    const message = 'Missing (expired) db token';
    expect(await ask(lab, 'GET', '/v1/me', { headers: { authorization } })).toMatchObject({
      status: 401,
      body: { message, errors: [{ message, status: 401 }] },
    });
  });

  test('expires and is renewed', async () => {
    await lab.apply({ kind: 'token', valid: false });
    expect((await ask(lab, 'GET', '/v1/me')).status).toBe(401);
    await lab.apply({ kind: 'token', valid: true });
    expect((await ask(lab, 'GET', '/v1/me')).status).toBe(200);
  });
});

test.each([
  ['a foreign project', '/v1/project/other/service/pg-demo', 403, 'Not a project member'],
  ['an unknown service', '/v1/project/crdr-lab/service/nope', 404, 'Service nope does not exist'],
  ['an unknown path', '/v1/nope', 404, 'Not found'],
])('%s is an error in the shape of Aiven’s', async (_what, path, status, message) => {
  const answer = await ask(lab, 'GET', path);
  expect(answer).toMatchObject({ status, body: { message, errors: [{ message, status }] } });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
});

test.each([
  [
    'a role that is none',
    { disaster_recovery_role: 'sleeping' },
    /'sleeping' is not one of \['active', 'passive', 'failed'\]/,
  ],
  ['another plan', { plan: 'business-16' }, /does not change 'plan'/],
  ['no object', [], /is not of type 'object'/],
  ['no JSON', '{', /Invalid JSON/],
])('a write with %s is 400 and changes nothing', async (_what, body, message) => {
  const before = lab.pairs[0]?.status();
  const answer = await ask(lab, 'PUT', serviceUrl(lab, 'pg-demo'), { body });
  expect(answer.status).toBe(400);
  expect(answer.body.message).toMatch(message);
  expect(lab.pairs[0]?.status()).toEqual(before);
});

test('a write that the state forbids is 409 and changes nothing', async () => {
  const before = lab.pairs[0]?.status();
  for (const [service, role] of [
    ['pg-demo', 'failed'],
    ['pg-demo-recovery', 'passive'],
  ]) {
    const body = { disaster_recovery_role: role };
    expect((await ask(lab, 'PUT', serviceUrl(lab, `${service}`), { body })).status).toBe(409);
  }
  expect(lab.pairs[0]?.status()).toEqual(before);
});

test('what clients send along without meaning anything by it has no effect', async () => {
  const before = await getService(lab, 'pg-demo');
  const body = {
    plan: 'business-8',
    user_config: {},
    project_vpc_id: null,
    powered: true,
    cloud: 'google-europe-west1',
  };
  expect((await ask(lab, 'PUT', `${serviceUrl(lab, 'pg-demo')}?limit=999`, { body })).status).toBe(200);
  expect(await getService(lab, 'pg-demo')).toEqual(before);
});

test('a GET may have the content type of a file, and segments of a path may be encoded', async () => {
  const headers = { 'content-type': 'application/octet-stream' };
  const path = '/v1/project/crdr%2Dlab/service/pg%2Ddemo';
  expect(await ask(lab, 'GET', path, { headers })).toMatchObject({
    status: 200,
    body: { service: { service_name: 'pg-demo' } },
  });
});

test('a service has every field that clients need', async () => {
  const required =
    'cloud_name create_time group_list plan project_vpc_id service_integrations service_name service_type service_uri state termination_protection update_time user_config maintenance connection_info node_states components users backups';
  const service = await getService(lab, 'pg-demo');
  expect(Object.keys(service)).toEqual(expect.arrayContaining(required.split(' ')));
  expect(service.service_uri_params).toMatchObject({ port: expect.stringMatching(/^\d+$/) });
  expect(service.update_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const shared = (one: Json) => (one.components as Json[]).find(({ usage }) => usage === 'disaster_recovery');
  expect(shared(service)).toEqual(shared(await getService(lab, 'pg-demo-recovery')));
});

test('passwords are shown only when asked for', async () => {
  const hidden = await ask(lab, 'GET', serviceUrl(lab, 'pg-demo'));
  expect(hidden.text).not.toContain('AVNS_');
  const open = await ask(lab, 'GET', `${serviceUrl(lab, 'pg-demo')}?include_secrets=true`);
  expect(open.text).not.toContain('<redacted>');
  expect(open.text).toContain('AVNS_');
});

test.each([
  ['GET', '/v1/me'],
  ['GET', '/v1/access_token'],
  ['GET', '/v1/service-types/pg'],
  ['GET', '/v1/account/a0001ab/service_versions'],
  ['GET', '/v1/project'],
  ['GET', '/v1/project/crdr-lab'],
  ['GET', '/v1/project/crdr-lab/vpcs'],
  ['GET', '/v1/project/crdr-lab/static-ips'],
  ['GET', '/v1/project/crdr-lab/service'],
  ['GET', '/v1/project/crdr-lab/service_types'],
  ['GET', '/v1/project/crdr-lab/service-types/pg'],
  ['GET', '/v1/project/crdr-lab/events?limit=5'],
  ['GET', '/v1/project/crdr-lab/integration/5f0c0f0e-3f0e-4b7e-9f52-000000000001'],
  ['GET', '/v1/project/crdr-lab/service/pg-demo/integration'],
  ['GET', '/v1/project/crdr-lab/service/pg-demo/backups'],
  ['GET', '/v1/project/crdr-lab/service/pg-demo/alerts'],
  ['GET', '/v1/project/crdr-lab/service/pg-demo/tags'],
  ['POST', '/v1/project/crdr-lab/service/pg-demo/logs'],
  ['POST', '/v1/project/crdr-lab/service/pg-demo/metrics'],
  ['POST', '/v1/project/crdr-lab/service/pg-demo/query/activity'],
  ['PUT', '/v1/project/crdr-lab/service/pg-demo/maintenance/start'],
])('%s %s is answered', async (method, path) => {
  const { status, body } = await ask(lab, method, path, method === 'GET' ? {} : { body: {} });
  expect(status).toBe(200);
  expect(Object.keys(body)).not.toHaveLength(0);
});

test('metrics are tables whose first row repeats the columns', async () => {
  const { body } = await ask(lab, 'POST', `${serviceUrl(lab, 'pg-demo')}/metrics`, {
    body: { period: 'hour' },
  });
  const { disk_usage } = body.metrics as Record<string, { data: { cols: Json[]; rows: unknown[][] } }>;
  expect(disk_usage?.data.cols.map(({ label }) => label)).toEqual(['time', 'pg-demo-1', 'pg-demo-2']);
  expect(disk_usage?.data.rows[0]).toEqual(disk_usage?.data.cols);
});

describe('the control path', () => {
  test('needs no token and says where everything is', async () => {
    const response = await fetch(`${lab.baseUrl}/_lab`);
    expect(await response.json()).toEqual({
      baseUrl: lab.baseUrl,
      token: lab.token,
      project: 'crdr-lab',
      dialect: 'role',
      pairs: [{ primary: 'pg-demo', recovery: 'pg-demo-recovery' }],
    });
  });

  test('tells what the API was asked', async () => {
    await ask(lab, 'DELETE', '/_lab/requests');
    const headers = { 'user-agent': 'someone/1' };
    await ask(lab, 'GET', '/v1/project/crdr-lab/service/pg-demo?limit=999', { headers });
    await ask(lab, 'PUT', serviceUrl(lab, 'nope'), { body: { disaster_recovery_role: 'active' }, headers });
    const { text } = await ask(lab, 'GET', '/_lab/requests');
    const common = { n: expect.any(Number), time: expect.any(String), userAgent: 'someone/1' };
    expect(JSON.parse(text)).toEqual([
      {
        ...common,
        method: 'GET',
        path: serviceUrl(lab, 'pg-demo'),
        query: 'limit=999',
        service: 'pg-demo',
        status: 200,
      },
      {
        ...common,
        method: 'PUT',
        path: serviceUrl(lab, 'nope'),
        query: '',
        service: 'nope',
        status: 404,
        body: { disaster_recovery_role: 'active' },
        effect: 'none',
      },
    ]);
  });

  test('switches over and back', async () => {
    const { body } = await ask(lab, 'POST', '/_lab/pairs/pg-demo/switchback?wait');
    expect(body).toMatchObject({ primary: { role: 'active', state: 'RUNNING' } });
    await ask(lab, 'POST', '/_lab/pairs/pg-demo/switchover?wait');
    expect(lab.pairs[0]?.status()).toMatchObject({ recovery: { role: 'active', state: 'RUNNING' } });
  });

  test('says what is wrong with what it is sent', async () => {
    const answer = await ask(lab, 'POST', '/_lab/faults', { body: { do: { type: 'nope' } } });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(/do\.type/);
    expect((await ask(lab, 'POST', '/_lab/pairs/nope/switchover')).status).toBe(404);
  });
});
