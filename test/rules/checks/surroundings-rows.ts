import type { Service } from '../../../src/aiven';
import { facts, pairing, RECOVERY, unread } from '../facts';
import type { CheckRow } from './rows';

type More = { [Field in keyof Service]?: Service[Field] | undefined };

const primary = (more: More) => facts({ primary: { more } });
const recovery = (more: More) => facts({ recovery: { more } });
const unreadRecovery = facts({}, { recovery: unread('GET r') });
const backup = (time: string) => ({
  backups: [
    { name: 'older', time: '2026-11-01T03:00:00Z' },
    { name: 'b', time },
  ],
});
const OLD = backup('2026-11-21T00:59:00Z');
const attached = (...types: string[]) => ({
  integrations: [
    pairing(),
    ...types.map((type) => ({ type, sourceService: RECOVERY, destService: 'other' })),
  ],
});
const filter = (...ip_filter: unknown[]) => ({ userConfig: { ip_filter } });
const hosts = (...names: string[]) => ({
  components: names.map((host) => ({ component: 'pg', host, route: 'dynamic', usage: 'disaster_recovery' })),
});
const routes = (...names: string[]) => ({
  components: names.map((route) => ({ component: 'pg', host: 'h', route, usage: 'primary' })),
});
const pg = (changes: Record<string, unknown>) => ({
  userConfig: { ip_filter: ['192.0.2.0/24'], pg: { max_connections: 100, ...changes } },
});

export const SURROUNDINGS_ROWS: CheckRow[] = [
  ['recent-backup', 'fresh', facts(), 'pass', /pg-demo-recovery: 2026-11-22T02:00:00Z/],
  ['recent-backup', 'just fresh', recovery(backup('2026-11-21T01:00:00Z')), 'pass', /2026-11-21T01:00/],
  [
    'recent-backup',
    'not yet one of its own',
    recovery({ backups: [] }),
    'warn',
    /recovery: none; pg-demo: 2026-11-22/,
  ],
  [
    'recent-backup',
    'all old',
    facts({ primary: { more: OLD }, recovery: { more: OLD } }),
    'ack',
    /2026-11-21T00:59.*2026-11-21T00:59/,
  ],
  [
    'recent-backup',
    'none',
    facts({ primary: { more: { backups: undefined } }, recovery: { more: { backups: [] } } }),
    'ack',
    /none.*none/,
  ],
  [
    'recent-backup',
    'not told',
    recovery({ backups: undefined }),
    'unknown',
    /no backups of pg-demo-recovery/,
  ],
  ['recent-backup', 'unread', unreadRecovery, 'unknown', /no connection/],
  [
    'recent-backup',
    'of the only copy, too old',
    {
      ...facts({ primary: { role: 'failed', state: 'POWEROFF' }, recovery: { more: OLD } }),
      move: 'rebuild',
    },
    'block',
    /pg-demo-recovery: 2026-11-21T00:59/,
  ],

  ['primary-region', 'nobody knows', facts(), 'unknown', /^not checked: .*google-europe-west1/],
  ['primary-region', 'unread', facts({}, { primary: unread('GET p') }), 'unknown', /^not checked/],

  [
    'dependents',
    'only what observes',
    facts({ recovery: attached('logs', 'datadog', 'external_opensearch_logs') }),
    'pass',
    /recovery: none/,
  ],
  [
    'dependents',
    'a read replica',
    facts({ recovery: attached('read_replica') }),
    'warn',
    /read_replica with other/,
  ],
  [
    'dependents',
    'change data capture',
    facts({ primary: { integrations: [pairing(), { type: 'clickhouse_postgresql' }] } }),
    'warn',
    /pg-demo: clickhouse_postgresql/,
  ],
  ['dependents', 'unread', unreadRecovery, 'unknown', /no connection/],

  ['network-parity', 'the same', facts(), 'pass', /pg-demo admits all/],
  [
    'network-parity',
    'more on the primary',
    primary(filter('192.0.2.0/24', '198.51.100.0/24')),
    'pass',
    /admits all/,
  ],
  [
    'network-parity',
    'in the other form',
    primary(filter({ network: '192.0.2.0/24', description: 'office' })),
    'pass',
    /admits all/,
  ],
  [
    'network-parity',
    'a network less',
    recovery(filter('192.0.2.0/24', { network: '198.51.100.0/24' })),
    'warn',
    /pg-demo does not admit 198\.51\.100\.0\/24/,
  ],
  [
    'network-parity',
    'a route less',
    recovery(routes('dynamic', 'privatelink')),
    'warn',
    /no route privatelink/,
  ],
  ['network-parity', 'only one in a VPC', primary({ projectVpcId: 'vpc-1' }), 'warn', /only one .* VPC/],
  [
    'network-parity',
    'each in the VPC of its region',
    facts({ primary: { more: { projectVpcId: 'v1' } }, recovery: { more: { projectVpcId: 'v2' } } }),
    'pass',
    /admits/,
  ],
  [
    'network-parity',
    'not told',
    primary({ userConfig: undefined }),
    'unknown',
    /does not tell the ip_filter/,
  ],
  ['network-parity', 'unread', unreadRecovery, 'unknown', /no connection/],

  ['shared-address', 'one', facts(), 'pass', /^shared\.example\.com/],
  [
    'shared-address',
    'two',
    primary(hosts('own.example.com')),
    'warn',
    /pg-demo: own\.example\.com; .*: shared/,
  ],
  [
    'shared-address',
    'none',
    facts({ primary: { more: routes() }, recovery: { more: routes() } }),
    'warn',
    /pg-demo: none; .*: none/,
  ],
  ['shared-address', 'not told', recovery({ components: undefined }), 'unknown', /host names/],
  ['shared-address', 'unread', unreadRecovery, 'unknown', /no connection/],

  ['settings-parity', 'the same', facts(), 'pass', /no difference/],
  [
    'settings-parity',
    'another value',
    primary(pg({ max_connections: 50 })),
    'warn',
    /pg-demo differs in pg\.max_connections/,
  ],
  ['settings-parity', 'one of two only', recovery(pg({ work_mem: 4 })), 'warn', /pg\.work_mem/],
  ['settings-parity', 'a section of one only', primary({ userConfig: {} }), 'warn', /differs in pg/],
  [
    'settings-parity',
    'who may reach it is another check',
    primary({ userConfig: { pg: { max_connections: 100 }, ip_filter: [] } }),
    'pass',
    /no difference/,
  ],
  ['settings-parity', 'not told', primary({ userConfig: undefined }), 'unknown', /settings of both/],
  ['settings-parity', 'unread', unreadRecovery, 'unknown', /no connection/],

  ['pool-parity', 'the same', facts(), 'pass', /1 on both/],
  [
    'pool-parity',
    'none',
    facts({ primary: { more: { connectionPools: [] } }, recovery: { more: { connectionPools: [] } } }),
    'pass',
    /there are none/,
  ],
  ['pool-parity', 'one less', primary({ connectionPools: [] }), 'warn', /pg-demo lacks app/],
  ['pool-parity', 'not told', primary({ connectionPools: undefined }), 'unknown', /pools of both/],
  ['pool-parity', 'unread', unreadRecovery, 'unknown', /no connection/],

  ['termination-protection', 'both', facts(), 'pass', /pg-demo: protected; .*recovery: protected/],
  [
    'termination-protection',
    'one',
    recovery({ terminationProtection: false }),
    'warn',
    /recovery: not protected/,
  ],
  [
    'termination-protection',
    'not told',
    primary({ terminationProtection: undefined }),
    'unknown',
    /pg-demo: not told/,
  ],
  ['termination-protection', 'unread', unreadRecovery, 'unknown', /no connection/],

  ['notifications', 'none', facts(), 'pass', /pg-demo: none/],
  [
    'notifications',
    'end of life',
    primary({ notifications: [{ type: 'service_end_of_life', message: 'EOL on 2027-01-01.' }] }),
    'warn',
    /pg-demo: EOL on 2027-01-01/,
  ],
  [
    'notifications',
    'without words',
    recovery({ notifications: [{ type: 'service_powered_off_removal' }] }),
    'warn',
    /service_powered_off_removal/,
  ],
  ['notifications', 'not told', primary({ notifications: undefined }), 'unknown', /pg-demo: not told/],
  ['notifications', 'unread', unreadRecovery, 'unknown', /no connection/],
];
