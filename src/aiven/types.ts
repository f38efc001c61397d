/**
 * A value that the API sends as open text, read against the values that this client knows.
 *
 * The text of an unknown value is kept as it came and is never turned into a known one; the caller has to
 * look at `kind` before there is a `value` to use.
 */
export type Reading<Known extends string> =
  | { readonly kind: 'known'; readonly value: Known }
  | { readonly kind: 'unknown'; readonly text: string };

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

/** The status of one side of a pair in the promote-to-master dialect, in lower case. */
export type DisasterRecoveryStatus = 'active' | 'passive' | 'rebuilding' | 'rebalancing' | 'failed';

/**
 * One service, without any field that carries a secret (no service URI, connection info or users).
 *
 * The fields without a question mark are vital: a reply that lacks one, or has it with another type, is
 * refused. The others are only as good as the reply: left out when the API did not send them *or* sent
 * something unreadable, so a missing one means "not known", never "none".
 * Source: Aiven OpenAPI, `ServiceGet`.
 */
export interface Service {
  readonly serviceName: string;
  readonly serviceType: string;
  readonly state: Reading<ServiceState>;
  readonly role: RoleReading;
  readonly plan: string;
  readonly cloudName: string;
  /** When the service was last changed, ISO 8601, as sent. */
  readonly updateTime: string;
  readonly nodeStates: readonly NodeState[];
  readonly integrations: readonly Integration[];
  readonly nodeCount?: number;
  readonly nodeCpuCount?: number;
  /** MiB per node. */
  readonly nodeMemoryMb?: number;
  /** MiB, of all nodes together. */
  readonly diskSpaceMb?: number;
  /** Protection against deletion and power-off. */
  readonly terminationProtection?: boolean;
  readonly maintenance?: Maintenance;
  /** The major version that the user configured, such as `"17"`. */
  readonly pgVersion?: string;
  /** Keys that name a secret are taken out, at any depth, and credentials inside URIs are masked. */
  readonly userConfig?: JsonRecord;
  /** Treated like `userConfig`. */
  readonly metadata?: JsonRecord;
  readonly backups?: readonly Backup[];
  readonly components?: readonly Component[];
  readonly connectionPools?: readonly ConnectionPool[];
  readonly notifications?: readonly ServiceNotification[];
  readonly tags?: Readonly<Record<string, string>>;
  /** `null` is the public network; left out when the API did not say. */
  readonly projectVpcId?: string | null;
}

/** Free-form JSON. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** One node. Settled nodes are `running`; compare with that, since any other text means "not settled". */
export interface NodeState {
  readonly name: string;
  /** `running`, `syncing_data`, `setting_up_vm`, `leaving`, `timing_out`, `unknown`, or a newer one. */
  readonly state: string;
  /** `master`, `standby` or `read-replica`. */
  readonly role?: string;
  readonly progressUpdates?: readonly ProgressUpdate[];
}

/** Progress of a node that catches up; refreshed by the API about every 10 s. */
export interface ProgressUpdate {
  /** `prepare`, `basebackup`, `basebackup_prepare`, `stream` or `finalize`. */
  readonly phase: string;
  readonly completed?: boolean;
  readonly current?: number;
  readonly min?: number;
  readonly max?: number;
  /** What the three numbers count: `wal_lsn`, `bytes_uncompressed`, … */
  readonly unit?: string;
}

/**
 * A service integration as one of its ends shows it. For `disaster_recovery`, the id and `sourceService` are
 * always there (a reply without them is refused); other types may have an endpoint in place of a service.
 * Find the peer by the *other* end: no source says whether a switch swaps source and destination.
 */
export interface Integration {
  readonly type: string;
  readonly id?: string;
  readonly sourceProject?: string;
  readonly sourceService?: string;
  readonly destProject?: string;
  readonly destService?: string;
  /** `pg`, `opensearch`, … */
  readonly sourceServiceType?: string;
  readonly destServiceType?: string;
  readonly active?: boolean;
  readonly enabled?: boolean;
  readonly status?: IntegrationStatus;
}

export interface IntegrationStatus {
  /** `running`, `starting`, `inactive`, `failed`, `unknown`, or a newer one. */
  readonly status: string;
  readonly errors?: readonly string[];
  readonly description?: string;
}

/** The maintenance window (UTC) and what waits for it. */
export interface Maintenance {
  readonly enabled?: boolean;
  /** Day of the week in lower case, or `never`. */
  readonly dow?: string;
  /** `HH:MM:SS`, UTC. */
  readonly time?: string;
  readonly updates?: readonly MaintenanceUpdate[];
  readonly controlledSwitchover?: ControlledSwitchover;
}

/** A pending update; the times are ISO 8601. */
export interface MaintenanceUpdate {
  readonly description?: string;
  readonly deadline?: string;
  readonly startAfter?: string;
  readonly startAt?: string;
}

/** The in-service switchover of maintenance; not a switch between the regions. */
export interface ControlledSwitchover {
  /** `INACTIVE`, `PENDING`, `SCHEDULED`, `RUNNING`, `COMPLETED`, `COMPLETED_EARLY`, or a newer one. */
  readonly state: string;
  readonly enabled?: boolean;
  /** ISO 8601. */
  readonly scheduledStartTime?: string;
}

export interface Backup {
  readonly name: string;
  /** ISO 8601. */
  readonly time: string;
  /** Bytes. */
  readonly dataSize?: number;
  readonly storageLocation?: string;
}

/** A host name of the service; `usage` `disaster_recovery` is the one that belongs to the pair. */
export interface Component {
  readonly component: string;
  readonly host: string;
  readonly port?: number;
  readonly route?: string;
  readonly usage?: string;
}

export interface ConnectionPool {
  readonly poolName: string;
  readonly database: string;
  readonly poolMode?: string;
  readonly poolSize?: number;
  readonly username?: string;
}

export interface ServiceNotification {
  readonly type: string;
  readonly level?: string;
  readonly message?: string;
}

/**
 * Which form of the API is spoken: `role` promotes with `disaster_recovery_role` and shows the role on the
 * service; `promote-to-master` promotes with `disaster_recovery_promote_to_master` and shows both sides at
 * `GET …/disaster-recovery`.
 */
export type Dialect = 'role' | 'promote-to-master';

/** What `GET …/disaster-recovery` says of both sides of a pair (promote-to-master dialect). */
export interface DisasterRecovery {
  readonly primary: DisasterRecoverySide;
  readonly recovery: DisasterRecoverySide;
}

export interface DisasterRecoverySide {
  readonly serviceName: string;
  readonly status: Reading<DisasterRecoveryStatus>;
  readonly cloudName?: string;
}

/** Who the token belongs to. */
export interface Me {
  /** The login: an e-mail address, also for application users. */
  readonly user: string;
  readonly realName?: string;
  readonly state?: string;
}

/**
 * An entry of a project's event log.
 * Source: Aiven docs, "Project event logs"; the list of types there is not exhaustive.
 */
export interface ProjectEvent {
  /** ISO 8601. */
  readonly time: string;
  /** A login; `Aiven Automation` and `Aiven Operations` for what the platform does. */
  readonly actor: string;
  /** `service_update`, `service_maintenance_perform`, `service_disaster_recovery_transition`, … */
  readonly type: string;
  /** Left out for events of the project as a whole. */
  readonly serviceName?: string;
  readonly description?: string;
}

/** Source: Aiven OpenAPI, `ProjectAlertsList`. */
export interface Alert {
  readonly event: string;
  /** As sent: `critical`, `warning`, … */
  readonly severity: string;
  readonly serviceName?: string;
  readonly nodeName?: string;
  /** ISO 8601. */
  readonly createTime?: string;
}

/** When one token of the user ends; nothing that would identify it. Source: Aiven OpenAPI, `AccessTokenList`. */
export interface AccessToken {
  /** True of the token that this very request was made with. */
  readonly currentlyActive?: boolean;
  /** ISO 8601; left out when the token has no end. */
  readonly expiryTime?: string;
  /** The end moves on with every use. */
  readonly extendWhenUsed?: boolean;
}

export type MetricsPeriod = 'hour' | 'day' | 'week' | 'month' | 'year';

/**
 * The latest values of each metric, such as `disk_usage` or `cpu_usage` (per cent), one for each node that has any.
 * A metric whose table could not be understood is left out.
 * Source: Aiven docs, `avn service metrics`, and Aiven's own MCP server for the shape of the tables.
 */
export type Metrics = Readonly<Record<string, readonly NodeMetric[]>>;

export interface NodeMetric {
  readonly node: string;
  readonly value: number;
  /** When it was measured, as sent. */
  readonly at: string;
}
