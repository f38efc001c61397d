import { z } from 'zod';
import { compact } from '../../util/compact';
import { lenient, optional, text } from './parts';

/** `GET /v1/project/P/alerts`: the open alerts. Source: Aiven OpenAPI, `ProjectAlertsList`. */
export const alertsReply = z.object({
  alerts: z.array(
    z
      .object({
        event: text,
        /** As sent: `critical`, `warning`, … */
        severity: text,
        service_name: optional(text),
        node_name: lenient(text),
        /** ISO 8601. */
        create_time: lenient(text),
      })
      .transform((it) =>
        compact({
          event: it.event,
          severity: it.severity,
          serviceName: it.service_name,
          nodeName: it.node_name,
          createTime: it.create_time,
        }),
      ),
  ),
});
export type Alert = z.output<typeof alertsReply>['alerts'][number];
