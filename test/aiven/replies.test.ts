import { AivenClient } from '../../src/aiven';
import { failureOf, read, serviceReply, serviceWith, serviceWithout, TOKEN } from './fixtures';
import { httpServer, json, type TestServer } from './server';

let server: TestServer;
let client: AivenClient;
let reply: unknown;

beforeAll(async () => {
  server = await httpServer((response, request) => json(200, reply)(response, request));
  client = new AivenClient({ baseUrl: server.url, token: TOKEN });
});
afterAll(async () => {
  await client.close();
  await server.close();
});

const readAs = (body: unknown) => {
  reply = body;
  return read(client);
};

test('a reply that makes its conversion throw is unreadable, and no retry for ever', async () => {
  const levels = 20_000;
  const deep = `${'{"inner":'.repeat(levels)}1${'}'.repeat(levels)}`;
  const body = JSON.stringify(serviceWith({ user_config: 'DEEP' })).replace('"DEEP"', deep);
  const hostile = await httpServer((response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  const caller = new AivenClient({ baseUrl: hostile.url, token: TOKEN });
  const error = await failureOf(read(caller));
  await caller.close();
  await hostile.close();
  expect(error).toMatchObject({ kind: 'unreadable-reply', write: false });
});

test('a text of the API is one line of bearable length, with nothing that a screen obeys', async () => {
  const { state } = await readAs(serviceWith({ state: `RUN\u001b[2J\n## x${'y'.repeat(100_000)}` }));
  expect(state).toMatchObject({ kind: 'unknown', text: expect.stringMatching(/^RUN \[2J ## xy+…$/) });
  expect(JSON.stringify(state).length).toBeLessThan(1_100);
});

describe('a service', () => {
  test('a whole reply is read', async () => {
    expect(await readAs(serviceReply())).toEqual({
      serviceName: 'pg-demo',
      serviceType: 'pg',
      state: { kind: 'known', value: 'RUNNING' },
      role: { kind: 'known', value: 'passive' },
      plan: 'business-8',
      cloudName: 'google-europe-west1',
      createTime: '2026-02-03T08:14:22Z',
      updateTime: '2026-11-20T21:07:41Z',
      nodeStates: [
        { name: 'pg-demo-7', state: 'running', role: 'standby', progressUpdates: [] },
        { name: 'pg-demo-8', state: 'running', role: 'standby', progressUpdates: [] },
      ],
      integrations: [
        {
          type: 'disaster_recovery',
          id: '5f0c0f0e-3f0e-4b7e-9f52-0d0f4c1f6f11',
          sourceProject: 'crdr-test',
          sourceService: 'pg-demo',
          destProject: 'crdr-test',
          destService: 'pg-demo-recovery',
          sourceServiceType: 'pg',
          destServiceType: 'pg',
          active: true,
          enabled: true,
          status: { status: 'running', errors: [], description: 'Integration is active' },
        },
      ],
      nodeCount: 2,
      nodeCpuCount: 2,
      nodeMemoryMb: 8192,
      diskSpaceMb: 179200,
      terminationProtection: true,
      maintenance: {
        enabled: true,
        dow: 'wednesday',
        time: '02:30:00',
        updates: [],
        controlledSwitchover: {
          enabled: false,
          state: 'INACTIVE',
          scheduledStartTime: '2026-11-25T02:30:00Z',
        },
      },
      pgVersion: '17',
      userConfig: {
        pg_version: '17',
        ip_filter: ['0.0.0.0/0'],
        backup_hour: 3,
        backup_minute: 10,
        pg: { max_worker_processes: 8 },
        pglookout: { max_failover_replication_time_lag: 60 },
      },
      metadata: { max_connections: 397, pg_version: '17.6', write_block_threshold_exceeded: false },
      backups: [
        {
          name: '2026-11-21_03-10_0.00000000.pghoard',
          time: '2026-11-21T03:10:12Z',
          dataSize: 48318382080,
          storageLocation: 'google-europe-west1',
        },
      ],
      components: expect.arrayContaining([
        {
          component: 'pg',
          host: 'dr-pg-demo-crdr-test.d.aivencloud.com',
          port: 21699,
          route: 'dynamic',
          usage: 'disaster_recovery',
        },
      ]),
      connectionPools: [
        {
          poolName: 'orders-tx',
          database: 'orders',
          poolMode: 'transaction',
          poolSize: 50,
          username: 'orders_app',
        },
      ],
      notifications: [
        {
          type: 'service_end_of_life',
          level: 'notice',
          message: 'PostgreSQL 17 reaches end of life on 2029-11-08.',
        },
      ],
      tags: { env: 'prod', tier: '1' },
      projectVpcId: null,
    });
  });

  test.each(['active', 'passive', 'failed'])('the role %s is known', async (role) => {
    const { role: found } = await readAs(serviceWith({ disaster_recovery_role: role }));
    expect(found).toEqual({ kind: 'known', value: role });
  });

  test.each(['', 'Active', ' active', 'promoting', 'constructor'])(
    'the role %j is unknown, never guessed',
    async (role) => {
      const { role: found } = await readAs(serviceWith({ disaster_recovery_role: role }));
      expect(found).toEqual({ kind: 'unknown', text: role });
    },
  );

  test('no role and a null role are absent', async () => {
    expect((await readAs(serviceWithout('disaster_recovery_role'))).role).toEqual({ kind: 'absent' });
    expect((await readAs(serviceWith({ disaster_recovery_role: null }))).role).toEqual({ kind: 'absent' });
  });

  test.each(['RUNNING', 'REBUILDING', 'REBALANCING', 'POWEROFF'])('the state %s is known', async (state) => {
    expect((await readAs(serviceWith({ state }))).state).toEqual({ kind: 'known', value: state });
  });

  test.each(['running', 'MIGRATING', ''])('the state %j is unknown, never guessed', async (state) => {
    expect((await readAs(serviceWith({ state }))).state).toEqual({ kind: 'unknown', text: state });
  });

  test.each([
    'service_name',
    'service_type',
    'state',
    'plan',
    'cloud_name',
    'update_time',
    'node_states',
    'service_integrations',
  ])('without its vital %s, or with it mistyped, it is refused by name', async (field) => {
    for (const body of [serviceWithout(field), serviceWith({ [field]: 7 }), serviceWith({ [field]: null })]) {
      const error = await failureOf(readAs(body));
      expect(error).toMatchObject({ kind: 'unreadable-reply', status: 200, retryable: true, write: false });
      expect(error.message).toContain(`unreadable reply: service.${field}: `);
    }
  });

  const integration = {
    integration_type: 'disaster_recovery',
    service_integration_id: 'i',
    source_service: 's',
  };
  test.each<[string, Record<string, unknown>]>([
    ['a role that is not text', { disaster_recovery_role: 1 }],
    ['a node without a state', { node_states: [{ name: 'n' }] }],
    ['an integration without a type', { service_integrations: [{ ...integration, integration_type: null }] }],
    ['a pair without a source', { service_integrations: [{ ...integration, source_service: null }] }],
    ['a pair without an id', { service_integrations: [{ ...integration, service_integration_id: null }] }],
    ['a mistyped active', { service_integrations: [{ ...integration, active: 'yes' }] }],
  ])('%s is refused', async (_, changes) => {
    expect(await failureOf(readAs(serviceWith(changes)))).toMatchObject({ kind: 'unreadable-reply' });
  });

  test('an integration with an endpoint, or not yet made, is no fault', async () => {
    const { integrations } = await readAs(
      serviceWith({
        service_integrations: [
          {
            integration_type: 'datadog',
            service_integration_id: null,
            source_service: 's',
            dest_service: null,
          },
        ],
      }),
    );
    expect(integrations).toEqual([{ type: 'datadog', sourceService: 's' }]);
  });

  test('new fields are tolerated everywhere and not passed on', async () => {
    const found = await readAs(
      serviceWith({
        brand_new: { deep: true },
        node_states: [{ name: 'n', state: 'running', brand_new: 1 }],
        service_integrations: [{ ...integration, brand_new: [] }],
      }),
    );
    expect(JSON.stringify(found)).not.toMatch(/brand_?new/i);
    expect(found.nodeStates).toEqual([{ name: 'n', state: 'running' }]);
  });

  test('only vital fields are needed', async () => {
    const { service } = serviceReply();
    const vital = ['service_name', 'service_type', 'state', 'plan', 'cloud_name', 'update_time'];
    const bare = Object.fromEntries(vital.map((field) => [field, service[field]]));
    const found = await readAs({ service: { ...bare, node_states: [], service_integrations: [] } });
    expect(Object.keys(found).sort()).toEqual(
      [
        'cloudName',
        'integrations',
        'nodeStates',
        'plan',
        'role',
        'serviceName',
        'serviceType',
        'state',
        'updateTime',
      ].sort(),
    );
  });

  test('an optional block with anything mistyped in it is not known as a whole', async () => {
    const found = await readAs(
      serviceWith({
        node_count: '2',
        maintenance: { enabled: true, updates: [{ start_at: 5 }] },
        backups: [{ backup_name: 'a', backup_time: 'b' }, { backup_name: 'c' }],
        components: 'none',
        user_config: [],
        tags: { a: 1 },
        project_vpc_id: 5,
      }),
    );
    for (const key of [
      'nodeCount',
      'maintenance',
      'backups',
      'components',
      'userConfig',
      'pgVersion',
      'tags',
    ]) {
      expect(found).not.toHaveProperty(key);
    }
    expect(found).not.toHaveProperty('projectVpcId');
    expect(found.connectionPools).toHaveLength(1);
  });

  test('a reply about another service is refused', async () => {
    const error = await failureOf(readAs(serviceWith({ service_name: 'pg-other' })));
    expect(error).toMatchObject({ kind: 'unreadable-reply' });
  });
});

describe('disaster recovery', () => {
  const sides = (primary: string, recovery: string) => ({
    disaster_recovery: {
      primary: { service_name: 'pg-demo', cloud_name: 'c1', status: primary, brand_new: 1 },
      recovery: { service_name: 'pg-demo-recovery', status: recovery },
      brand_new: 1,
    },
  });
  const readDr = (body: unknown, service = 'pg-demo') => {
    reply = body;
    return client.getDisasterRecovery('crdr-test', service);
  };

  test('both sides are read, whatever the case of the letters', async () => {
    expect(await readDr(sides('Passive', 'ACTIVE'))).toEqual({
      primary: { serviceName: 'pg-demo', cloudName: 'c1', status: { kind: 'known', value: 'passive' } },
      recovery: { serviceName: 'pg-demo-recovery', status: { kind: 'known', value: 'active' } },
    });
    const { primary, recovery } = await readDr(sides('Rebuilding', 'rebalancing'), 'pg-demo-recovery');
    expect([primary.status, recovery.status]).toEqual([
      { kind: 'known', value: 'rebuilding' },
      { kind: 'known', value: 'rebalancing' },
    ]);
    expect((await readDr(sides('FAILED', 'Active'))).primary.status).toEqual({
      kind: 'known',
      value: 'failed',
    });
  });

  test('any other status is unknown, with its text as it came', async () => {
    const { primary } = await readDr(sides('Promoting', 'Active'));
    expect(primary.status).toEqual({ kind: 'unknown', text: 'Promoting' });
  });

  test.each<[string, unknown]>([
    [
      'a side without a status',
      { disaster_recovery: { ...sides('a', 'b').disaster_recovery, recovery: { service_name: 'x' } } },
    ],
    ['a side missing', { disaster_recovery: { primary: sides('a', 'b').disaster_recovery.primary } }],
    ['nothing at all', {}],
  ])('%s is refused', async (_, body) => {
    expect(await failureOf(readDr(body))).toMatchObject({ kind: 'unreadable-reply' });
  });

  test('a reply about two other services is refused', async () => {
    expect(await failureOf(readDr(sides('Active', 'Passive'), 'pg-x'))).toMatchObject({
      kind: 'unreadable-reply',
    });
  });
});

describe('me', () => {
  test('the login is vital, the rest is not', async () => {
    reply = { user: { user: 'bot@example.com', real_name: 5, state: 'active', auth: ['x'] } };
    expect(await client.getMe()).toEqual({ user: 'bot@example.com', state: 'active' });
    reply = { user: { state: 'active' } };
    expect(await failureOf(client.getMe())).toMatchObject({ kind: 'unreadable-reply' });
  });
});
