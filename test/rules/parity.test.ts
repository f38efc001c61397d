import type { Service } from '../../src/aiven';
import type { ServiceSettings, SettingsSnapshot } from '../../src/contract/parity';
import { NOT_TOLD, parityOf } from '../../src/rules/parity';
import { settingsOf, settingsOfPair } from '../../src/rules/settings';
import { facts, NOW, PRIMARY, pairing, RECOVERY, service, unread } from './facts';

type More = { [Field in keyof Service]?: Service[Field] | undefined };

const NAMES = { primary: PRIMARY, recovery: RECOVERY };
const of = (more: More = {}, name = PRIMARY) => settingsOf(service(name, { more }));
const snapshot = (primary: ServiceSettings, recovery: ServiceSettings): SettingsSnapshot => ({
  at: NOW,
  primary,
  recovery,
});
const between = (primary: More, recovery: More) => {
  const both = snapshot(of(primary), of(recovery, RECOVERY));
  return parityOf(both, both, NAMES);
};
const during = (before: More, after: More) =>
  parityOf(snapshot(of(before), of({}, RECOVERY)), snapshot(of(after), of({}, RECOVERY)), NAMES);
const config = (values: Record<string, unknown>) => ({ userConfig: values });

describe('the settings of a service', () => {
  test('are its plan, size, version, network, routes, IP filter, settings, pools, integrations and tags', () => {
    const look: More = {
      tags: { env: 'prod' },
      connectionPools: [
        { poolName: 'app', database: 'orders', poolMode: 'transaction', poolSize: 20, username: 'app' },
      ],
      integrations: [
        pairing(),
        { type: 'logs', sourceService: PRIMARY, destService: 'os', destServiceType: 'opensearch' },
        { type: 'datadog', sourceService: PRIMARY, enabled: false },
        { type: 'read_replica', sourceService: 'other', sourceServiceType: 'pg', destService: PRIMARY },
      ],
    };
    expect(of(look)).toEqual({
      plan: 'business-8',
      nodes: '2',
      disk: '179200 MiB',
      postgresql: '17.6',
      network: 'public',
      termination_protection: 'true',
      maintenance_window: 'wednesday 02:30:00',
      'routes/pg dynamic': 'yes',
      'ip_filter/192.0.2.0/24': 'admitted',
      'user_config/pg.max_connections': '100',
      'pools/app': 'orders, transaction, 20, as app',
      'integrations/logs to opensearch': '1',
      'integrations/datadog to an endpoint, off': '1',
      'integrations/read_replica from pg': '1',
      'tags/env': 'prod',
    });
  });

  test('of the API’s silence are told as such, never as nothing', () => {
    const silent = of({
      nodeCount: undefined,
      tags: undefined,
      connectionPools: undefined,
      userConfig: undefined,
      components: undefined,
      maintenance: undefined,
      projectVpcId: undefined,
    });
    const untold = Object.entries(silent).filter(([, value]) => value === NOT_TOLD);
    expect(untold.map(([field]) => field).sort()).toEqual(
      [
        'nodes',
        'tags',
        'pools',
        'user_config',
        'ip_filter',
        'routes',
        'maintenance_window',
        'network',
      ].sort(),
    );
  });

  test('hold no text that could be a secret: what is no plain word or number is a digest', () => {
    const secrets = ['correct horse battery', 'postgres://u:p@h', 'x'.repeat(33), '{"a":1}'];
    const values = { pg: { a: secrets[0], b: secrets[1], c: secrets[2], d: [secrets[3]] } };
    const told = of({ ...config(values), tags: { note: 'call +49 if broken' } });
    for (const secret of [...secrets, 'call']) expect(JSON.stringify(told)).not.toContain(secret);
    expect(told['user_config/pg.a']).toMatch(/^sha256 [0-9a-f]{12}$/);
    expect(told['user_config/pg.a']).not.toBe(told['user_config/pg.c']);
  });

  test('leave out what says where a service came from, or has a name of its own here', () => {
    const told = of(
      config({
        pg_version: '17',
        admin_username: 'root',
        service_to_fork_from: 'a',
        pg_service_to_fork_from: 'b',
        recovery_target_time: 'c',
        pg_read_replica: true,
        static_ips: false,
      }),
    );
    const fields = Object.keys(told).filter((field) => field.startsWith('user_config/'));
    expect(fields).toEqual(['user_config/static_ips']);
  });

  test('are a few kilobytes, however long an IP filter is; a long one still shows that it changed', () => {
    const filter = (count: number, last = '10.0.0.0/8') =>
      of(config({ ip_filter: [...Array.from({ length: count }, (_, n) => `192.0.2.${n}/32`), last] }));
    expect(Object.keys(filter(19)).filter((field) => field.startsWith('ip_filter/'))).toHaveLength(20);
    const long = filter(1_000);
    expect(JSON.stringify(long).length).toBeLessThan(2_000);
    expect(long['ip_filter/all']).toMatch(/^1001 networks, sha256/);
    expect(filter(1_000, '10.0.0.0/9')['ip_filter/all']).not.toBe(long['ip_filter/all']);
  });

  test('of an unread service are left out of the snapshot', () => {
    const given = facts({}, { recovery: unread('GET r') });
    expect(settingsOfPair(given, NOW)).toEqual({ at: NOW, primary: of() });
  });
});

describe('differences between the two services', () => {
  test('none, between peers that differ only by nature', () => {
    const own = (hour: number, dow: string): More => ({
      maintenance: { dow, time: `0${hour}:00:00` },
      userConfig: { backup_hour: hour, backup_minute: hour, ip_filter: [], pg: { work_mem: 4 } },
      backups: [],
      cloudName: `cloud-${hour}`,
      components: [
        { component: 'pg', host: `h${hour}`, route: 'dynamic', usage: hour === 1 ? 'primary' : 'replica' },
      ],
      tags: {},
    });
    expect(between(own(1, 'monday'), own(2, 'friday'))).toEqual({ differences: [], changes: [] });
  });

  test.each<[what: string, primary: More, recovery: More, field: string, remedy: RegExp]>([
    ['plan', { plan: 'startup-4' }, {}, 'plan', /the plan to the same value.*load/],
    ['nodes', { nodeCount: 1 }, {}, 'nodes', /number of nodes/],
    ['disk', {}, { diskSpaceMb: 1 }, 'disk', /disk space/],
    ['version', { metadata: { pg_version: '17.5' } }, {}, 'postgresql', /PostgreSQL version/],
    ['network', {}, { projectVpcId: 'vpc' }, 'network', /network/],
    ['protection', { terminationProtection: false }, {}, 'termination_protection', /termination protection/],
    [
      'a setting',
      config({ ip_filter: [], pg: { work_mem: 4 } }),
      config({ ip_filter: [], pg: { work_mem: 8 } }),
      'user_config/pg.work_mem',
      /the setting pg\.work_mem to the same value/,
    ],
    [
      'a network',
      config({ ip_filter: ['10.0.0.0/8'] }),
      config({ ip_filter: ['10.0.0.0/8', '192.0.2.0/24'] }),
      'ip_filter/192.0.2.0/24',
      /Give pg-demo the IP filter entry 192\.0\.2\.0\/24 too, or take it from pg-demo-recovery/,
    ],
    [
      'a route',
      {},
      {
        components: [
          { component: 'pg', host: 'h', route: 'dynamic' },
          { component: 'pg', host: 'h', route: 'privatelink' },
        ],
      },
      'routes/pg privatelink',
      /Give pg-demo the route pg privatelink too/,
    ],
    ['a pool', {}, { connectionPools: [] }, 'pools/app', /Give pg-demo-recovery the connection pool app/],
    [
      'an integration',
      { integrations: [pairing(), { type: 'datadog', sourceService: PRIMARY }] },
      { integrations: [pairing()] },
      'integrations/datadog to an endpoint',
      /Give pg-demo-recovery the integration/,
    ],
    ['a tag', { tags: { owner: 'a' } }, { tags: { owner: 'b' } }, 'tags/owner', /the tag owner to the same/],
  ])('%s', (_, primary, recovery, field, remedy) => {
    const { differences, changes } = between({ tags: {}, ...primary }, { tags: {}, ...recovery });
    expect(changes).toEqual([]);
    expect(differences).toEqual([
      {
        field,
        primary: expect.any(String),
        recovery: expect.any(String),
        remedy: expect.stringMatching(remedy),
      },
    ]);
    expect(differences[0]?.primary).not.toBe(differences[0]?.recovery);
  });

  test('what is told of one of them only is no difference, and said', () => {
    const { differences, problem } = between({ tags: undefined }, { tags: { owner: 'a' } });
    expect(differences).toEqual([]);
    expect(problem).toBe('pg-demo: the API does not tell tags');
  });

  test.each(['primary', 'recovery'] as const)('are those of the last read of each: %s', (side) => {
    const tagged = (owner: string) => of({ tags: { owner } });
    const before = snapshot(tagged('a'), tagged('a'));
    const after = { at: NOW, [side]: tagged('b') };
    const other = side === 'primary' ? 'recovery' : 'primary';
    expect(parityOf(before, after, NAMES)).toMatchObject({
      differences: [{ field: 'tags/owner', [side]: 'b', [other]: 'a' }],
      changes: [{ service: NAMES[side], field: 'tags/owner', before: 'a', after: 'b' }],
      problem: `${NAMES[other]} was not read at the end`,
    });
  });
});

describe('changes during the run', () => {
  test.each<[what: string, before: More, after: More, expected: object, remedy: RegExp]>([
    [
      'an integration was dropped',
      { integrations: [pairing(), { type: 'datadog', sourceService: PRIMARY }] },
      { integrations: [pairing()] },
      { field: 'integrations/datadog to an endpoint', before: '1', after: 'none' },
      /^Give pg-demo the integration datadog to an endpoint back.*no longer arrives/,
    ],
    [
      'a pool was dropped',
      {},
      { connectionPools: [] },
      { field: 'pools/app', before: 'orders', after: 'none' },
      /^Give pg-demo the connection pool app back/,
    ],
    [
      'a tag was added',
      { tags: {} },
      { tags: { new: 'x' } },
      { field: 'tags/new', before: 'none', after: 'x' },
      /^Find out who gave pg-demo the tag new/,
    ],
    [
      'the window moved, which between peers is nothing',
      {},
      { maintenance: { dow: 'friday' } },
      { field: 'maintenance_window', before: 'wednesday 02:30:00', after: 'friday' },
      /^Find out who changed the maintenance window of pg-demo/,
    ],
  ])('%s', (_, before, after, expected, remedy) => {
    const { changes } = during({ tags: {}, ...before }, { tags: {}, ...after });
    expect(changes).toEqual([{ service: PRIMARY, ...expected, remedy: expect.stringMatching(remedy) }]);
  });

  test('of either service', () => {
    const before = snapshot(of(), of({}, RECOVERY));
    const after = snapshot(of(), of({ connectionPools: [] }, RECOVERY));
    expect(parityOf(before, after, NAMES).changes).toEqual([
      expect.objectContaining({ service: RECOVERY, field: 'pools/app' }),
    ]);
  });

  test('of what the API told only once are none, and said', () => {
    const { changes, problem } = during({ tags: undefined }, { tags: { owner: 'a' } });
    expect(changes).toEqual([]);
    expect(problem).toContain('pg-demo: the API does not tell tags');
  });

  test('roles that changed are none', () => {
    const at = (role: string, name: string) => settingsOf(service(name, { role, more: { tags: {} } }));
    const before = snapshot(at('passive', PRIMARY), at('active', RECOVERY));
    const after = snapshot(at('active', PRIMARY), at('passive', RECOVERY));
    expect(parityOf(before, after, NAMES)).toEqual({ differences: [], changes: [] });
  });

  test.each<[SettingsSnapshot | undefined, SettingsSnapshot | undefined, string]>([
    [undefined, undefined, 'pg-demo was not read; pg-demo-recovery was not read'],
    [
      undefined,
      snapshot({}, {}),
      'pg-demo was not read before the switch; pg-demo-recovery was not read before the switch',
    ],
    [
      snapshot({}, {}),
      undefined,
      'pg-demo was not read at the end; pg-demo-recovery was not read at the end',
    ],
  ])('without a snapshot there is a problem instead', (before, after, problem) => {
    expect(parityOf(before, after, NAMES)).toEqual({ differences: [], changes: [], problem });
  });
});
