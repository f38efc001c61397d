import type { Side } from '../model';
import { type Json, withOverrides } from '../overrides';
import type { Pair } from '../pair';
import type { Service } from '../service';
import type { World } from '../world';

const HOUR = 3_600_000;
const NODES = 2;
const WEEK = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const REGIONS: Record<Side, { cloud: string; description: string; zone: string }> = {
  primary: {
    cloud: 'google-europe-west1',
    description: 'Europe, Belgium - Google Cloud: Belgium',
    zone: 'europe-west1',
  },
  recovery: {
    cloud: 'google-europe-west4',
    description: 'Europe, Netherlands - Google Cloud: Netherlands',
    zone: 'europe-west4',
  },
};

export function cloudOf(side: Side): string {
  return REGIONS[side].cloud;
}

/** The API's times of services: whole seconds, because its clients parse some of them without a fraction. */
export function seconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * A service as `GET /v1/project/…/service/…` shows it, overrides included.
 * Fields and types: Aiven's OpenAPI description, `ServiceGet`; `disaster_recovery_role` is not in it.
 */
export function showService(
  world: World,
  pair: Pair,
  service: Service,
  options: { secrets?: boolean } = {},
): Json {
  const shown = fullService(world, pair, service, options.secrets ?? false);
  if (world.dialect === 'promote-to-master') delete shown.disaster_recovery_role;
  return shown;
}

/** With `disaster_recovery_role` in both dialects. */
export function fullService(world: World, pair: Pair, service: Service, secrets = false): Json {
  const region = REGIONS[service.side];
  const { role, state } = service.status;
  const { version } = pair.backing;
  const shown = {
    service_name: service.name,
    service_type: 'pg',
    service_type_description: 'PostgreSQL - Object-Relational Database Management System',
    state,
    disaster_recovery_role: role,
    plan: 'business-8',
    cloud_name: region.cloud,
    cloud_description: region.description,
    node_count: NODES,
    node_cpu_count: 2,
    node_memory_mb: 8192,
    disk_space_mb: 179_200,
    is_cluster_plan: false,
    group_list: ['default'],
    project_vpc_id: null,
    cmk_id: null,
    termination_protection: service.terminationProtection,
    create_time: seconds(new Date(world.begun.getTime() - 90 * 24 * HOUR)),
    update_time: seconds(service.updated),
    features: { enhanced_logging: true },
    tags: { env: 'lab' },
    tech_emails: [],
    maintenance: maintenance(world.begun),
    metadata: { max_connections: 100, pg_version: version, write_block_threshold_exceeded: false },
    node_states: nodeStates(service, region.zone),
    backups: backups(service),
    databases: ['defaultdb'],
    users: [
      {
        username: 'avnadmin',
        type: 'primary',
        password: secrets ? pair.backing.password : '<redacted>',
        access_control: { pg_allow_replication: true },
      },
    ],
    connection_pools: [],
    ...connections(pair, service, secrets),
    user_config: {
      pg_version: version.split('.')[0],
      ip_filter: ['192.0.2.0/24'],
      backup_hour: 3,
      backup_minute: 10,
    },
    service_integrations: [integration(world, pair)],
    service_notifications: [],
    server_group: { enabled: false, type: 'none' },
  };
  return withOverrides(shown, service.overrides);
}

/** Ends of the integration stay as they were set up: source is the primary, whatever the roles are now. */
function integration(world: World, pair: Pair) {
  const [source, dest] = [pair.primary.name, pair.recovery.name];
  const nodes = Object.fromEntries(
    nodeNames(pair.primary).map((name) => [name, { status: 'running', errors: [] }]),
  );
  return {
    service_integration_id: `5f0c0f0e-3f0e-4b7e-9f52-${(world.pairs.indexOf(pair) + 1).toString(16).padStart(12, '0')}`,
    integration_type: 'disaster_recovery',
    active: true,
    enabled: true,
    description: `Disaster recovery from service ${source} to service ${dest}`,
    source_project: world.project,
    source_service: source,
    source_service_type: 'pg',
    source_endpoint: null,
    source_endpoint_id: null,
    dest_project: world.project,
    dest_service: dest,
    dest_service_type: 'pg',
    dest_endpoint: null,
    dest_endpoint_id: null,
    user_config: {},
    integration_status: {
      status_user_desc: 'Integration is active',
      state: { status: 'running', errors: [], nodes },
    },
  };
}

function nodeNames(service: Service): string[] {
  return Array.from({ length: NODES }, (_, index) => `${service.name}-${index + 1}`);
}

function nodeStates(service: Service, zone: string) {
  const { role, state } = service.status;
  if (state === 'POWEROFF') return [];
  const syncing = state !== 'RUNNING';
  const sync = progressOf(service);
  return nodeNames(service).map((name, index) => ({
    name,
    role: role === 'active' && index === 0 && !syncing ? 'master' : 'standby',
    state: syncing && index === 0 ? 'syncing_data' : 'running',
    availability_zone: `${zone}-${'bcd'[index]}`,
    progress_updates: syncing && index === 0 ? [sync] : [],
  }));
}

/** Of the node that catches up. */
function progressOf({ rebuilt, status }: Service) {
  if (rebuilt === undefined || status.role !== 'passive')
    return { phase: 'stream', completed: false, unit: 'wal_lsn', min: 0, current: 60, max: 100 };
  const share = Math.min(0.99, (Date.now() - rebuilt.from) / Math.max(1, rebuilt.ms));
  const bytes = { unit: 'bytes_uncompressed', min: 0, max: 48_318_382_080 };
  return { phase: 'basebackup', completed: false, ...bytes, current: Math.round(share * bytes.max) };
}

/** Daily, as `user_config` says; in the recovery region since the switchover. */
function backups(service: Service) {
  const [daily, ofDay] = [24 * HOUR, 3 * HOUR + 10 * 60_000];
  const latest = Math.floor((Date.now() - ofDay) / daily) * daily + ofDay;
  const ages = service.side === 'recovery' ? [0] : [1, 2];
  return ages.map((days) => {
    const time = seconds(new Date(latest - days * daily));
    return {
      backup_name: `${time.slice(0, 10)}_03-10_0.00000000.pghoard`,
      backup_time: time,
      data_size: 48_318_382_080,
      storage_location: cloudOf(service.side),
    };
  });
}

/** Three days from now, so that it is never near. */
function maintenance(begun: Date) {
  const start = new Date(begun.getTime() + 72 * HOUR);
  const dow = WEEK[start.getUTCDay()];
  const time = '02:30:00';
  return {
    enabled: true,
    dow,
    time,
    updates: [],
    controlled_switchover: {
      enabled: false,
      state: 'INACTIVE',
      scheduled_start_time: `${start.toISOString().slice(0, 10)}T${time}Z`,
    },
  };
}

/** `service_uri` is the shared address (Aiven docs: `crdr-overview`); `components` has both. */
function connections(pair: Pair, service: Service, secrets: boolean) {
  const { shared, addresses, password } = pair.backing;
  const own = addresses[service.side];
  const uri = ({ host, port }: { host: string; port: number }) =>
    `postgres://avnadmin:${secrets ? password : '<redacted>'}@${host}:${port}/defaultdb?sslmode=disable`;
  const params = ({ host, port }: { host: string; port: number }) => ({
    dbname: 'defaultdb',
    host,
    password: secrets ? password : '<redacted>',
    port: String(port),
    sslmode: 'disable',
    user: 'avnadmin',
  });
  const component = (usage: string, at: { host: string; port: number }) => ({
    component: 'pg',
    host: at.host,
    port: at.port,
    route: 'dynamic',
    usage,
  });
  return {
    service_uri: uri(shared),
    service_uri_params: params(shared),
    connection_info: {
      pg: [uri(own)],
      pg_params: [params(own)],
      pg_replica_uri: uri(own),
      pg_standby: [],
      pg_syncing: [],
    },
    components: [
      component('primary', own),
      component('replica', own),
      component('disaster_recovery', shared),
    ],
  };
}
