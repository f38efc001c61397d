import { compact } from '../util/compact';
import { maskCredentials } from '../util/mask-uris';
import type {
  AccessTokensReply,
  AlertsReply,
  DisasterRecoveryReply,
  EventsReply,
  MeReply,
  MetricsReply,
  ServiceReply,
} from './schemas';
import { withoutSecrets } from './scrub';
import type {
  AccessToken,
  Alert,
  DisasterRecovery,
  DisasterRecoverySide,
  DisasterRecoveryStatus,
  Integration,
  JsonRecord,
  Maintenance,
  Me,
  Metrics,
  NodeMetric,
  NodeState,
  ProjectEvent,
  Reading,
  Role,
  RoleReading,
  Service,
  ServiceState,
} from './types';

type Wire = ServiceReply['service'];

const ROLES: readonly Role[] = ['active', 'passive', 'failed'];
const STATES: readonly ServiceState[] = ['RUNNING', 'REBUILDING', 'REBALANCING', 'POWEROFF'];
const STATUSES: readonly DisasterRecoveryStatus[] = [
  'active',
  'passive',
  'rebuilding',
  'rebalancing',
  'failed',
];

function read<Known extends string>(known: readonly Known[], text: string, spelled = text): Reading<Known> {
  const value = known.find((candidate) => candidate === spelled);
  return value === undefined ? { kind: 'unknown', text } : { kind: 'known', value };
}

/** Reads `disaster_recovery_role`: exact spelling, and missing or null is `absent`. */
export function readRole(text: string | null | undefined): RoleReading {
  return text === undefined || text === null ? { kind: 'absent' } : read(ROLES, text);
}

/** Reads the `state` of a service: exact spelling. */
export function readState(text: string): Reading<ServiceState> {
  return read(STATES, text);
}

/** Reads a status of the promote-to-master dialect: in any case of letters. */
export function readDisasterRecoveryStatus(text: string): Reading<DisasterRecoveryStatus> {
  return read(STATUSES, text, text.toLowerCase());
}

export function toService({ service: wire }: ServiceReply): Service {
  const pgVersion = wire.user_config?.pg_version;
  return compact({
    serviceName: wire.service_name,
    serviceType: wire.service_type,
    state: readState(wire.state),
    role: readRole(wire.disaster_recovery_role),
    plan: wire.plan,
    cloudName: wire.cloud_name,
    updateTime: wire.update_time,
    nodeStates: wire.node_states.map(toNodeState),
    integrations: wire.service_integrations.map(toIntegration),
    nodeCount: wire.node_count,
    nodeCpuCount: wire.node_cpu_count,
    nodeMemoryMb: wire.node_memory_mb,
    diskSpaceMb: wire.disk_space_mb,
    terminationProtection: wire.termination_protection,
    maintenance: wire.maintenance && toMaintenance(wire.maintenance),
    pgVersion: typeof pgVersion === 'string' ? pgVersion : undefined,
    userConfig: toJsonRecord(wire.user_config),
    metadata: toJsonRecord(wire.metadata),
    backups: wire.backups?.map((it) =>
      compact({
        name: it.backup_name,
        time: it.backup_time,
        dataSize: it.data_size,
        storageLocation: it.storage_location,
      }),
    ),
    components: wire.components?.map(compact),
    connectionPools: wire.connection_pools?.map((it) =>
      compact({
        poolName: it.pool_name,
        database: it.database,
        poolMode: it.pool_mode,
        poolSize: it.pool_size,
        username: it.username,
      }),
    ),
    notifications: wire.service_notifications?.map(compact),
    tags: wire.tags,
    projectVpcId: wire.project_vpc_id,
  });
}

export function toDisasterRecovery({ disaster_recovery: wire }: DisasterRecoveryReply): DisasterRecovery {
  return { primary: toSide(wire.primary), recovery: toSide(wire.recovery) };
}

export function toMe({ user: wire }: MeReply): Me {
  return compact({ user: wire.user, realName: wire.real_name, state: wire.state });
}

export function toEvents({ events }: EventsReply): ProjectEvent[] {
  return events.map((wire) =>
    compact({
      time: wire.time,
      actor: wire.actor,
      type: wire.event_type,
      serviceName: wire.service_name,
      description: wire.event_desc && maskCredentials(wire.event_desc),
    }),
  );
}

export function toAlerts({ alerts }: AlertsReply): Alert[] {
  return alerts.map((wire) =>
    compact({
      event: wire.event,
      severity: wire.severity,
      serviceName: wire.service_name,
      nodeName: wire.node_name,
      createTime: wire.create_time,
    }),
  );
}

export function toAccessTokens({ tokens }: AccessTokensReply): AccessToken[] {
  return tokens.map((wire) =>
    compact({
      currentlyActive: wire.currently_active,
      expiryTime: wire.expiry_time,
      extendWhenUsed: wire.extend_when_used,
    }),
  );
}

type MetricTable = NonNullable<MetricsReply['metrics'][string]>;

export function toMetrics({ metrics }: MetricsReply): Metrics {
  const read = Object.entries(metrics).flatMap(([name, table]) => (table ? [[name, latest(table)]] : []));
  return Object.fromEntries(read);
}

/** Of each node the newest number: the last rows may not have one yet. */
function latest({ data: { cols, rows } }: MetricTable): NodeMetric[] {
  const newestFirst = rows
    .flatMap(([at, ...values]) => (typeof at === 'string' ? [{ at, values }] : []))
    .toSorted((a, b) => b.at.localeCompare(a.at));
  const nodes = cols.slice(1).map(({ label }) => label);
  return nodes.flatMap((node, index) => {
    for (const { at, values } of newestFirst) {
      const value = values[index];
      if (typeof value === 'number') return [{ node, value, at }];
    }
    return [];
  });
}

function toSide(wire: DisasterRecoveryReply['disaster_recovery']['primary']): DisasterRecoverySide {
  return compact({
    serviceName: wire.service_name,
    status: readDisasterRecoveryStatus(wire.status),
    cloudName: wire.cloud_name,
  });
}

function toNodeState(wire: Wire['node_states'][number]): NodeState {
  return compact({
    name: wire.name,
    state: wire.state,
    role: wire.role,
    progressUpdates: wire.progress_updates?.map(compact),
  });
}

function toIntegration(wire: Wire['service_integrations'][number]): Integration {
  const status = wire.integration_status;
  return compact({
    type: wire.integration_type,
    id: wire.service_integration_id,
    sourceProject: wire.source_project,
    sourceService: wire.source_service,
    destProject: wire.dest_project,
    destService: wire.dest_service,
    sourceServiceType: wire.source_service_type,
    destServiceType: wire.dest_service_type,
    active: wire.active,
    enabled: wire.enabled,
    status:
      status &&
      compact({
        status: status.state.status,
        errors: status.state.errors,
        description: status.status_user_desc,
      }),
  });
}

function toMaintenance(wire: NonNullable<Wire['maintenance']>): Maintenance {
  const switchover = wire.controlled_switchover;
  return compact({
    enabled: wire.enabled,
    dow: wire.dow,
    time: wire.time,
    updates: wire.updates?.map((it) =>
      compact({
        description: it.description,
        deadline: it.deadline,
        startAfter: it.start_after,
        startAt: it.start_at,
      }),
    ),
    controlledSwitchover:
      switchover &&
      compact({
        state: switchover.state,
        enabled: switchover.enabled,
        scheduledStartTime: switchover.scheduled_start_time,
      }),
  });
}

function toJsonRecord(value: Record<string, unknown> | undefined): JsonRecord | undefined {
  return value && (withoutSecrets(value) as JsonRecord);
}
