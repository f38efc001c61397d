import { createHash } from 'node:crypto';
import type { Integration, Service } from '../aiven';
import type { ServiceSettings, SettingsSnapshot } from '../contract/parity';
import type { Fact } from './facts';
import { NOT_TOLD } from './parity';

/** Of one IP filter: longer ones are compared as a whole, since this lives in the history of a run. */
const NETWORKS_LISTED = 20;
/** Words, numbers, times and sizes. Everything else is compared by its digest: what it says is nobody's business. */
const PLAIN = /^[\w.:%+-]{0,32}$/;
/** Said when a service is made, or about its name and place; and what is compared under a name of its own. */
const LEFT_OUT = /^(pg_version|ip_filter|ip_filter_\w+|admin_\w+|\w*fork_from|recovery_\w+|pg_read_replica)$/;

/** The settings of both services, as one read found them. */
export function settingsOfPair(
  { primary, recovery }: Readonly<Record<'primary' | 'recovery', Fact<Service>>>,
  at: string,
): SettingsSnapshot {
  return {
    at,
    ...(primary.ok ? { primary: settingsOf(primary.value) } : {}),
    ...(recovery.ok ? { recovery: settingsOf(recovery.value) } : {}),
  };
}

/**
 * What a service is set up to be, as `group` or `group/item`; a group that the API did not tell has one entry that says
 * so. Name and cloud of a service are its own, backups come and go: they are left out, and so is every secret.
 */
export function settingsOf(service: Service): ServiceSettings {
  const { plan, nodeCount, diskSpaceMb, metadata, pgVersion, maintenance, projectVpcId } = service;
  const running = metadata?.pg_version;
  return {
    plan,
    ...single('nodes', nodeCount),
    ...single('disk', diskSpaceMb === undefined ? undefined : `${diskSpaceMb} MiB`),
    ...single('postgresql', typeof running === 'string' ? running : pgVersion),
    ...single('network', projectVpcId === undefined ? undefined : projectVpcId === null ? 'public' : 'VPC'),
    ...single('termination_protection', service.terminationProtection),
    ...single('maintenance_window', windowOf(maintenance)),
    ...group('routes', routesOf(service)),
    ...group('ip_filter', networksOf(service)),
    ...group('user_config', service.userConfig === undefined ? undefined : flat(service.userConfig)),
    ...group('pools', poolsOf(service)),
    ...group('integrations', integrationsOf(service)),
    ...group('tags', service.tags === undefined ? undefined : mapped(service.tags, textOf)),
  };
}

function single(name: string, value: unknown): ServiceSettings {
  return { [name]: value === undefined ? NOT_TOLD : String(value) };
}

function group(name: string, items: ServiceSettings | undefined): ServiceSettings {
  if (items === undefined) return { [name]: NOT_TOLD };
  const sorted = Object.entries(items).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([item, value]) => [`${name}/${item}`, value]));
}

function windowOf(maintenance: Service['maintenance']): string | undefined {
  if (maintenance?.dow === undefined) return undefined;
  return [maintenance.dow, maintenance.time ?? [], maintenance.enabled === false ? 'off' : []]
    .flat()
    .join(' ');
}

/** Without their usage, which goes along with the role. */
function routesOf({ components }: Service): ServiceSettings | undefined {
  if (components === undefined) return undefined;
  const named = components.map(({ component, route = 'default' }) => [`${component} ${route}`, 'yes']);
  return Object.fromEntries(named);
}

function networksOf({ userConfig }: Service): ServiceSettings | undefined {
  const filter: unknown = userConfig?.ip_filter ?? userConfig?.ip_filter_object;
  if (!Array.isArray(filter)) return undefined;
  const networks = filter.map((entry: unknown) =>
    String(typeof entry === 'object' && entry !== null && 'network' in entry ? entry.network : entry),
  );
  if (networks.length > NETWORKS_LISTED) {
    return { all: `${networks.length} networks, ${digestOf(networks.toSorted())}` };
  }
  return Object.fromEntries(networks.map((network) => [network, 'admitted']));
}

/** `pg.max_connections`; a list is one value. */
function flat(value: Readonly<Record<string, unknown>>, prefix = ''): ServiceSettings {
  const entries = Object.entries(value).flatMap(([key, inner]): [string, string][] => {
    if (prefix === '' && LEFT_OUT.test(key)) return [];
    if (inner === null || inner === undefined) return [];
    const name = `${prefix}${key}`;
    if (typeof inner !== 'object' || Array.isArray(inner)) return [[name, textOf(inner)]];
    return Object.entries(flat(inner as Record<string, unknown>, `${name}.`));
  });
  return Object.fromEntries(entries);
}

function poolsOf({ connectionPools }: Service): ServiceSettings | undefined {
  if (connectionPools === undefined) return undefined;
  const told = connectionPools.map(({ poolName, database, poolMode, poolSize, username }) => [
    poolName,
    [database, poolMode ?? [], poolSize ?? [], username === undefined ? [] : `as ${username}`]
      .flat()
      .join(', '),
  ]);
  return Object.fromEntries(told);
}

/** By their kind: a peer that logs to the log service of its own region is no less equal. */
function integrationsOf({ integrations, serviceName }: Service): ServiceSettings {
  const counts = new Map<string, number>();
  for (const integration of integrations.filter(({ type }) => type !== 'disaster_recovery')) {
    const kind = kindOf(integration, serviceName);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].map(([kind, count]) => [kind, String(count)]));
}

/** `logs to opensearch`, `datadog to an endpoint`, `metrics from pg` */
function kindOf(integration: Integration, serviceName: string): string {
  const { type, enabled, sourceService, sourceServiceType, destService, destServiceType } = integration;
  const isSource = sourceService === serviceName;
  const other = isSource ? destService : sourceService;
  const kind = (isSource ? destServiceType : sourceServiceType) ?? 'a service';
  const end = other === undefined ? 'an endpoint' : kind;
  return `${type} ${isSource ? 'to' : 'from'} ${end}${enabled === false ? ', off' : ''}`;
}

function mapped(
  values: Readonly<Record<string, string>>,
  change: (value: string) => string,
): ServiceSettings {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

function textOf(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string' && PLAIN.test(value)) return value;
  return digestOf(value);
}

function digestOf(value: unknown): string {
  return `sha256 ${createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)}`;
}
