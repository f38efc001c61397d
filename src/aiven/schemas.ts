import { z } from 'zod';
import { legible } from '../util/text';

/**
 * What is read of each reply, in the API's own words. Fields that are not named here are dropped, so a new
 * field never breaks a read and a secret is never taken in.
 *
 * Vital fields are plain: a reply without them is refused. The others go through `lenient`.
 */

/**
 * An optional field: absent, null and mistyped all read as undefined, "not known". It is put around a whole
 * block rather than its parts: half of a block would pass for all of it, and hide what was dropped.
 */
function lenient<T extends z.ZodType>(schema: T) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .catch(undefined);
}

/** Inside a block that is lenient as a whole: absent or null is fine, mistyped spoils the block. */
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** Whatever an API, or who sits before it, puts into a text: a person reads one line of it, of bearable length. */
const text = z.string().transform((it) => legible(it));
const name = z
  .string()
  .min(1)
  .transform((it) => legible(it));

const progressUpdate = z.object({
  phase: text,
  completed: optional(z.boolean()),
  current: optional(z.number()),
  min: optional(z.number()),
  max: optional(z.number()),
  unit: optional(text),
});

const nodeState = z.object({
  name,
  state: text,
  role: lenient(text),
  progress_updates: lenient(z.array(progressUpdate)),
});

const integrationStatus = z.object({
  status_user_desc: optional(text),
  state: z.object({ status: text, errors: optional(z.array(text)) }),
});

const integration = z
  .object({
    integration_type: name,
    service_integration_id: optional(name),
    source_project: optional(name),
    source_service: optional(name),
    dest_project: optional(name),
    dest_service: optional(name),
    source_service_type: lenient(text),
    dest_service_type: lenient(text),
    active: optional(z.boolean()),
    enabled: optional(z.boolean()),
    integration_status: lenient(integrationStatus),
  })
  // Other types may have an endpoint instead of a service, or be offered without an id yet.
  .refine(
    (it) => it.integration_type !== 'disaster_recovery' || (it.source_service && it.service_integration_id),
    {
      message: 'a disaster_recovery integration needs source_service and service_integration_id',
    },
  );

/** Of the reply to a promotion nothing is needed. */
export const promotionReply = z.object({ service: z.object({ update_time: name }) });

const maintenance = z.object({
  enabled: optional(z.boolean()),
  dow: optional(text),
  time: optional(text),
  updates: optional(
    z.array(
      z.object({
        description: optional(text),
        deadline: optional(text),
        start_after: optional(text),
        start_at: optional(text),
      }),
    ),
  ),
  controlled_switchover: optional(
    z.object({
      state: text,
      enabled: optional(z.boolean()),
      scheduled_start_time: optional(text),
    }),
  ),
});

const backup = z.object({
  backup_name: text,
  backup_time: text,
  data_size: optional(z.number()),
  storage_location: optional(text),
});

const component = z.object({
  component: text,
  host: text,
  port: optional(z.number()),
  route: optional(text),
  usage: optional(text),
});

const connectionPool = z.object({
  pool_name: text,
  database: text,
  pool_mode: optional(text),
  pool_size: optional(z.number()),
  username: optional(text),
});

const notification = z.object({ type: text, level: optional(text), message: optional(text) });
const jsonRecord = z.record(text, z.unknown());

/** `GET /v1/project/P/service/S`. */
export const serviceReply = z.object({
  service: z.object({
    service_name: name,
    service_type: name,
    state: text,
    disaster_recovery_role: text.nullish(),
    plan: name,
    cloud_name: name,
    update_time: name,
    node_states: z.array(nodeState),
    service_integrations: z.array(integration),
    node_count: lenient(z.number()),
    node_cpu_count: lenient(z.number()),
    node_memory_mb: lenient(z.number()),
    disk_space_mb: lenient(z.number()),
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
  }),
});

const side = z.object({ service_name: name, status: text, cloud_name: lenient(text) });

/**
 * `GET /v1/project/P/service/S/disaster-recovery`, the promote-to-master dialect. No sample of the reply was
 * ever published; this shape is the project's own reading.
 */
export const disasterRecoveryReply = z.object({
  disaster_recovery: z.object({ primary: side, recovery: side }),
});

/** `GET /v1/me`. */
export const meReply = z.object({
  user: z.object({ user: name, real_name: lenient(text), state: lenient(text) }),
});

/** A time that can be compared: what is judged by its age must have one. */
const time = text.refine((it) => !Number.isNaN(Date.parse(it)), { message: 'not a time' });

/** `GET /v1/project/P/events`. */
export const eventsReply = z.object({
  events: z.array(
    z.object({
      time,
      actor: text,
      event_type: text,
      service_name: optional(text),
      event_desc: lenient(text),
    }),
  ),
});

/** `GET /v1/project/P/alerts`. */
export const alertsReply = z.object({
  alerts: z.array(
    z.object({
      event: text,
      severity: text,
      service_name: optional(text),
      node_name: lenient(text),
      create_time: lenient(text),
    }),
  ),
});

/** `GET /v1/access_token`. Prefixes and descriptions of tokens are not taken in. */
export const accessTokensReply = z.object({
  tokens: z.array(
    z.object({
      currently_active: optional(z.boolean()),
      expiry_time: optional(time),
      extend_when_used: optional(z.boolean()),
    }),
  ),
});

/** A table for charts: the first column is the time, the others are nodes; the first row repeats the columns. */
const metricTable = z.object({
  data: z.object({ cols: z.array(z.object({ label: text })), rows: z.array(z.array(z.unknown())) }),
});

/** `POST /v1/project/P/service/S/metrics`. */
export const metricsReply = z.object({ metrics: z.record(text, lenient(metricTable)) });

export type ServiceReply = z.output<typeof serviceReply>;
export type DisasterRecoveryReply = z.output<typeof disasterRecoveryReply>;
export type MeReply = z.output<typeof meReply>;
export type EventsReply = z.output<typeof eventsReply>;
export type AlertsReply = z.output<typeof alertsReply>;
export type AccessTokensReply = z.output<typeof accessTokensReply>;
export type MetricsReply = z.output<typeof metricsReply>;
