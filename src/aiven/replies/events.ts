import { z } from 'zod';
import { compact } from '../../util/compact';
import { maskCredentials } from '../../util/mask-uris';
import { lenient, optional, text, time } from './parts';

/**
 * `GET /v1/project/P/events`: entries of a project's event log.
 * Source: Aiven docs, "Project event logs"; the list of types there is not exhaustive.
 */
export const eventsReply = z.object({
  events: z.array(
    z
      .object({
        /** ISO 8601. */
        time,
        /** A login; `Aiven Automation` and `Aiven Operations` for what the platform does. */
        actor: text,
        /** `service_update`, `service_maintenance_perform`, `service_disaster_recovery_transition`, … */
        event_type: text,
        /** Left out for events of the project as a whole. */
        service_name: optional(text),
        event_desc: lenient(text),
      })
      .transform((it) =>
        compact({
          time: it.time,
          actor: it.actor,
          type: it.event_type,
          serviceName: it.service_name,
          description: it.event_desc && maskCredentials(it.event_desc),
        }),
      ),
  ),
});
export type ProjectEvent = z.output<typeof eventsReply>['events'][number];
