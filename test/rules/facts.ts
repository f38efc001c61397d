import type {
  DisasterRecovery,
  DisasterRecoveryStatus,
  Integration,
  Metrics,
  Role,
  Service,
  ServiceState,
} from '../../src/aiven';
import { readDisasterRecoveryStatus } from '../../src/aiven/replies/disaster-recovery';
import { readRole, readState } from '../../src/aiven/replies/service';
import type { Fact, Facts, UnreadFact } from '../../src/rules/facts';
import { databases } from './databases';

export const PROJECT = 'demo';
export const PRIMARY = 'pg-demo';
export const RECOVERY = 'pg-demo-recovery';
/** A Sunday. */
export const NOW = '2026-11-22T03:00:00.000Z';
const LONG_AGO = '2026-11-20T21:07:41Z';

export interface ServiceLook {
  /** As the API spells it; `null`: not in the reply. */
  role?: Role | (string & {}) | null;
  state?: ServiceState | (string & {});
  nodes?: string[];
  /** Whether its first node is the master; by default that of the active service is. */
  master?: boolean;
  type?: string;
  integrations?: Integration[];
  /** Anything else of the reply; `undefined`: the API did not tell. */
  more?: { [Field in keyof Service]?: Service[Field] | undefined };
}

export function pairing(source = PRIMARY, dest = RECOVERY, projects: Partial<Integration> = {}): Integration {
  return {
    type: 'disaster_recovery',
    id: 'i-1',
    sourceProject: PROJECT,
    sourceService: source,
    destProject: PROJECT,
    destService: dest,
    active: true,
    enabled: true,
    status: { status: 'running', errors: [] },
    ...projects,
  };
}

export function service(name: string, look: ServiceLook = {}): Service {
  const {
    role = name === PRIMARY ? 'passive' : 'active',
    state = 'RUNNING',
    nodes = ['running', 'running'],
  } = look;
  const master = (look.master ?? role === 'active') ? 0 : -1;
  const complete = {
    serviceName: name,
    serviceType: look.type ?? 'pg',
    state: readState(state),
    role: readRole(role),
    plan: 'business-8',
    cloudName: 'google-europe-west1',
    updateTime: LONG_AGO,
    nodeStates: nodes.map((node, index) => ({
      name: `${name}-${index + 1}`,
      state: node,
      role: index === master ? 'master' : 'standby',
      progressUpdates: [],
    })),
    integrations: look.integrations ?? [{ type: 'metrics', sourceService: name }, pairing()],
    nodeCount: 2,
    nodeCpuCount: 2,
    nodeMemoryMb: 8_192,
    diskSpaceMb: 179_200,
    terminationProtection: true,
    maintenance: { enabled: true, dow: 'wednesday', time: '02:30:00', updates: [] },
    pgVersion: '17',
    userConfig: { pg_version: '17', ip_filter: ['192.0.2.0/24'], pg: { max_connections: 100 } },
    metadata: { pg_version: '17.6' },
    backups: [{ name: 'b', time: '2026-11-22T02:00:00Z' }],
    components: [
      { component: 'pg', host: `${name}.example.com`, route: 'dynamic', usage: 'primary' },
      { component: 'pg', host: 'shared.example.com', route: 'dynamic', usage: 'disaster_recovery' },
    ],
    connectionPools: [{ poolName: 'app', database: 'orders' }],
    notifications: [],
    projectVpcId: null,
    ...look.more,
  };
  const told = Object.entries(complete).filter(([, value]) => value !== undefined);
  return Object.fromEntries(told) as unknown as Service;
}

export function known<T>(value: T, request: string): Fact<T> {
  return { ok: true, value, request, at: NOW };
}

export function unread(request: string, status?: number): UnreadFact {
  const why = `${request}: ${status ?? 'no connection'}`;
  return { ok: false, why, request, at: NOW, ...(status === undefined ? {} : { status }) };
}

/** The latest metrics of the primary's two nodes, in per cent. */
export function measured(changes: Record<string, [number, number] | undefined>): Metrics {
  const values = { disk_usage: [31, 30], cpu_usage: [4, 3], ...changes };
  return Object.fromEntries(
    Object.entries(values).map(([name, nodes = []]) => [
      name,
      nodes.map((value, index) => ({ node: `${PRIMARY}-${index + 1}`, value, at: NOW })),
    ]),
  );
}

/** Facts of a pair that is ready for its switchback; `changes` replaces whole facts. */
export function facts(
  looks: { primary?: ServiceLook; recovery?: ServiceLook } = {},
  changes: Partial<Facts> = {},
): Facts {
  return {
    project: PROJECT,
    named: PRIMARY,
    peer: RECOVERY,
    confirmed: false,
    me: known({ user: 'ops@example.com' }, 'GET /me'),
    primary: known(service(PRIMARY, looks.primary), `GET service ${PRIMARY}`),
    recovery: known(service(RECOVERY, looks.recovery), `GET service ${RECOVERY}`),
    now: NOW,
    clockOffsetMs: 0,
    budgetMs: 30 * 60_000,
    events: known([], 'GET events of demo'),
    alerts: known([], 'GET alerts of demo'),
    tokens: known([{ currentlyActive: true }], 'GET /access_token'),
    metrics: known(measured({}), `POST metrics of ${PRIMARY}`),
    database: databases(),
    ...changes,
  };
}

/** As the facts are where nobody gave the worker access to the databases. */
export function withoutDatabases(given: Facts): Facts {
  const { database: _, ...rest } = given;
  return rest;
}

/** The same in the promote-to-master dialect, where the services show no role. */
export function toldFacts(
  statuses: [
    primary: DisasterRecoveryStatus | (string & {}),
    recovery: DisasterRecoveryStatus | (string & {}),
  ],
  looks: { primary?: ServiceLook; recovery?: ServiceLook } = {},
  changes: Partial<Facts> = {},
): Facts {
  const [primary, recovery] = statuses;
  const disasterRecovery = known(
    told([PRIMARY, primary], [RECOVERY, recovery]),
    `GET disaster-recovery of ${PRIMARY}`,
  );
  const noRole = (status: string) => ({ role: null, master: status.toLowerCase() === 'active' });
  const shown = {
    primary: { ...noRole(primary), ...looks.primary },
    recovery: { ...noRole(recovery), ...looks.recovery },
  };
  return facts(shown, { disasterRecovery, ...changes });
}

export function told(
  primary: [name: string, status: string],
  recovery: [name: string, status: string],
): DisasterRecovery {
  const side = ([serviceName, status]: [string, string]) => ({
    serviceName,
    status: readDisasterRecoveryStatus(status),
  });
  return { primary: side(primary), recovery: side(recovery) };
}
