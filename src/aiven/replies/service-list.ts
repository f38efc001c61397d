import { z } from 'zod';
import { compact } from '../../util/compact';
import { lenient, name, text } from './parts';
import { integration } from './service';

/** A service in the list of its project. `tags` and `integrations` are left out where the list does not tell them. */
const entry = z
  .object({
    service_name: name,
    service_type: name,
    cloud_name: name,
    tags: lenient(z.record(text, text)),
    service_integrations: lenient(z.array(integration)),
  })
  .transform((it) =>
    compact({
      serviceName: it.service_name,
      serviceType: it.service_type,
      cloudName: it.cloud_name,
      tags: it.tags,
      integrations: it.service_integrations,
    }),
  );

/** `GET /v1/project/P/service`: every service of a project. Source: Aiven OpenAPI, `ServiceList`. */
export const serviceListReply = z.object({ services: z.array(entry) });
export type ListEntry = z.output<typeof entry>;
