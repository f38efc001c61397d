import { z } from 'zod';
import { compact } from '../../util/compact';
import { withoutSecrets } from '../scrub';
import { lenient, name, optional, type Reading, readingOf, text } from './parts';

/**
 * The cross-region disaster recovery (CRDR) role of a service. It is the *requested* topology: the role can
 * change before the service has settled, so read it together with `state`.
 * Source: Aiven docs, "Cross-region disaster recovery in Aiven for PostgreSQL", and the choices of
 * `avn service update --disaster-recovery-role`. The field is in no published API schema.
 */
export type Role = 'active' | 'passive' | 'failed';

/** `absent` when the field is missing or null: a service outside a pair, or an API without the role dialect. */
export type RoleReading = Reading<Role> | { readonly kind: 'absent' };

/** The life-cycle state of a service, the four of Aiven's OpenAPI description; upper case on the wire. */
export type ServiceState = 'RUNNING' | 'REBUILDING' | 'REBALANCING' | 'POWEROFF';

const ROLES: readonly Role[] = ['active', 'passive', 'failed'];
const STATES: readonly ServiceState[] = ['RUNNING', 'REBUILDING', 'REBALANCING', 'POWEROFF'];

/** Reads `disaster_recovery_role`: exact spelling, and missing or null is `absent`. */
export function readRole(text: string | null | undefined): RoleReading {
  return text === undefined || text === null ? { kind: 'absent' } : readingOf(ROLES, text);
}

/** Reads the `state` of a service: exact spelling. */
export function readState(text: string): Reading<ServiceState> {
  return readingOf(STATES, text);
}

/** Free-form JSON. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Keys that name a secret are taken out, at any depth, and credentials inside URIs are masked. */
const jsonRecord = z.record(text, z.unknown()).transform((it) => withoutSecrets(it) as JsonRecord);

/** Progress of a node that catches up; refreshed by the API about every 10 s. */
const progressUpdate = z
  .object({
    /** `prepare`, `basebackup`, `basebackup_prepare`, `stream` or `finalize`. */
    phase: text,
    completed: optional(z.boolean()),
    current: optional(z.number()),
    min: optional(z.number()),
    max: optional(z.number()),
    /** What the three numbers count: `wal_lsn`, `bytes_uncompressed`, … */
    unit: optional(text),
  })
  .transform(compact);

/** One node. Settled nodes are `running`; compare with that, since any other text means "not settled". */
const nodeState = z
  .object({
    name,
    /** `running`, `syncing_data`, `setting_up_vm`, `leaving`, `timing_out`, `unknown`, or a newer one. */
    state: text,
    /** `master`, `standby` or `read-replica`. */
    role: lenient(text),
    progress_updates: lenient(z.array(progressUpdate)),
  })
  .transform(({ progress_updates, ...it }) => compact({ ...it, progressUpdates: progress_updates }));
export type NodeState = z.output<typeof nodeState>;

/** `status`: `running`, `starting`, `inactive`, `failed`, `unknown`, or a newer one. */
const integrationStatus = z
  .object({
    status_user_desc: optional(text),
    state: z.object({ status: text, errors: optional(z.array(text)) }),
  })
  .transform(({ state, status_user_desc }) =>
    compact({ status: state.status, errors: state.errors, description: status_user_desc }),
  );

/**
 * A service integration as one of its ends shows it. For `disaster_recovery`, the id and `sourceService` are
 * always there (a reply without them is refused); other types may have an endpoint in place of a service.
 * Find the peer by the *other* end: no source says whether a switch swaps source and destination.
 */
export const integration = z
  .object({
    integration_type: name,
    service_integration_id: optional(name),
    source_project: optional(name),
    source_service: optional(name),
    dest_project: optional(name),
    dest_service: optional(name),
    /** `pg`, `opensearch`, … */
    source_service_type: lenient(text),
    dest_service_type: lenient(text),
    active: optional(z.boolean()),
    enabled: optional(z.boolean()),
    integration_status: lenient(integrationStatus),
  })
  // Other types may have an endpoint instead of a service, or be offered without an id yet.
  .refine(
    (it) => it.integration_type !== 'disaster_recovery' || (it.source_service && it.service_integration_id),
    { message: 'a disaster_recovery integration needs source_service and service_integration_id' },
  )
  .transform((it) =>
    compact({
      type: it.integration_type,
      id: it.service_integration_id,
      sourceProject: it.source_project,
      sourceService: it.source_service,
      destProject: it.dest_project,
      destService: it.dest_service,
      sourceServiceType: it.source_service_type,
      destServiceType: it.dest_service_type,
      active: it.active,
      enabled: it.enabled,
      status: it.integration_status,
    }),
  );
export type Integration = z.output<typeof integration>;

/** The in-service switchover of maintenance; not a switch between the regions. */
const controlledSwitchover = z
  .object({
    /** `INACTIVE`, `PENDING`, `SCHEDULED`, `RUNNING`, `COMPLETED`, `COMPLETED_EARLY`, or a newer one. */
    state: text,
    enabled: optional(z.boolean()),
    /** ISO 8601. */
    scheduled_start_time: optional(text),
  })
  .transform(({ scheduled_start_time, ...it }) =>
    compact({ ...it, scheduledStartTime: scheduled_start_time }),
  );

/** A pending update; the times are ISO 8601. */
const maintenanceUpdate = z
  .object({
    description: optional(text),
    deadline: optional(text),
    start_after: optional(text),
    start_at: optional(text),
  })
  .transform(({ start_after, start_at, ...it }) =>
    compact({ ...it, startAfter: start_after, startAt: start_at }),
  );

/** The maintenance window (UTC) and what waits for it. */
const maintenance = z
  .object({
    enabled: optional(z.boolean()),
    /** Day of the week in lower case, or `never`. */
    dow: optional(text),
    /** `HH:MM:SS`, UTC. */
    time: optional(text),
    updates: optional(z.array(maintenanceUpdate)),
    controlled_switchover: optional(controlledSwitchover),
  })
  .transform(({ controlled_switchover, ...it }) =>
    compact({ ...it, controlledSwitchover: controlled_switchover }),
  );
export type Maintenance = z.output<typeof maintenance>;

/** `time`: ISO 8601; `dataSize`: bytes. */
const backup = z
  .object({
    backup_name: text,
    backup_time: text,
    data_size: optional(z.number()),
    storage_location: optional(text),
  })
  .transform((it) =>
    compact({
      name: it.backup_name,
      time: it.backup_time,
      dataSize: it.data_size,
      storageLocation: it.storage_location,
    }),
  );
export type Backup = z.output<typeof backup>;

/** A host name of the service; `usage` `disaster_recovery` is the one that belongs to the pair. */
const component = z
  .object({
    component: text,
    host: text,
    port: optional(z.number()),
    route: optional(text),
    usage: optional(text),
  })
  .transform(compact);

const connectionPool = z
  .object({
    pool_name: text,
    database: text,
    pool_mode: optional(text),
    pool_size: optional(z.number()),
    username: optional(text),
  })
  .transform((it) =>
    compact({
      poolName: it.pool_name,
      database: it.database,
      poolMode: it.pool_mode,
      poolSize: it.pool_size,
      username: it.username,
    }),
  );

const notification = z
  .object({ type: text, level: optional(text), message: optional(text) })
  .transform(compact);

/**
 * One service, without any field that carries a secret (no service URI, connection info
 * or users).
 *
 * The plain fields are vital: a reply that lacks one, or has it with another type, is refused. The others are only as
 * good as the reply: left out when the API did not send them *or* sent something unreadable, so a missing one means
 * "not known", never "none".
 * Source: Aiven OpenAPI, `ServiceGet`.
 */
const service = z
  .object({
    service_name: name,
    service_type: name,
    state: text,
    disaster_recovery_role: text.nullish(),
    plan: name,
    cloud_name: name,
    /** When the service was made, ISO 8601, as sent. */
    create_time: lenient(name),
    /** When the service was last changed, ISO 8601, as sent. */
    update_time: name,
    node_states: z.array(nodeState),
    service_integrations: z.array(integration),
    node_count: lenient(z.number()),
    node_cpu_count: lenient(z.number()),
    /** MiB per node. */
    node_memory_mb: lenient(z.number()),
    /** MiB, of all nodes together. */
    disk_space_mb: lenient(z.number()),
    /** Protection against deletion and power-off. */
    termination_protection: lenient(z.boolean()),
    maintenance: lenient(maintenance),
    user_config: lenient(jsonRecord),
    metadata: lenient(jsonRecord),
    backups: lenient(z.array(backup)),
    components: lenient(z.array(component)),
    connection_pools: lenient(z.array(connectionPool)),
    service_notifications: lenient(z.array(notification)),
    tags: lenient(z.record(text, text)),
    // Null says "public network" here, so it is not the same as absent.
    project_vpc_id: text.nullish().catch(undefined),
  })
  .transform((it) =>
    compact({
      serviceName: it.service_name,
      serviceType: it.service_type,
      state: readState(it.state),
      role: readRole(it.disaster_recovery_role),
      plan: it.plan,
      cloudName: it.cloud_name,
      createTime: it.create_time,
      updateTime: it.update_time,
      nodeStates: it.node_states,
      integrations: it.service_integrations,
      nodeCount: it.node_count,
      nodeCpuCount: it.node_cpu_count,
      nodeMemoryMb: it.node_memory_mb,
      diskSpaceMb: it.disk_space_mb,
      terminationProtection: it.termination_protection,
      maintenance: it.maintenance,
      // The major version that the user configured, such as `"17"`.
      pgVersion: textOf(it.user_config?.pg_version),
      userConfig: it.user_config,
      metadata: it.metadata,
      backups: it.backups,
      components: it.components,
      connectionPools: it.connection_pools,
      notifications: it.service_notifications,
      tags: it.tags,
      projectVpcId: it.project_vpc_id,
    }),
  );
export type Service = z.output<typeof service>;

/** `GET /v1/project/P/service/S`. */
export const serviceReply = z.object({ service });

/**
 * `GET /v1/project/P/service`: the services of a project by name, each read when it is asked for. Source: Aiven OpenAPI,
 * `ServiceList`, whose services have the fields of `ServiceGet`.
 */
export class ServiceList {
  readonly #sent = new Map<unknown, unknown>();
  readonly #read = new Map<string, Service | undefined>();

  constructor(sent: readonly unknown[]) {
    for (const one of sent) {
      const found = named.safeParse(one);
      if (found.success) this.#sent.set(found.data.service_name, one);
    }
  }

  /** `undefined` when the list has no such service, or has it in a form that cannot be read. */
  of(name: string): Service | undefined {
    if (!this.#read.has(name)) {
      this.#read.set(name, readService(this.#sent.get(name)));
    }
    return this.#read.get(name);
  }
}

/** One that is so deep that it cannot be walked is one more that cannot be read. */
function readService(sent: unknown): Service | undefined {
  try {
    return service.safeParse(sent).data;
  } catch {
    return undefined;
  }
}

const named = z.object({ service_name: name });

export const servicesReply = z
  .object({ services: z.array(z.unknown()) })
  .transform(({ services }) => new ServiceList(services));

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
