import { ApiError } from '../errors';
import type { Json } from '../overrides';
import type { Pair } from '../pair';
import type { Service } from '../service';
import type { World } from '../world';
import { fullService } from './service-json';

/**
 * The reply of `GET …/service/…/disaster-recovery` in the `promote-to-master` dialect.
 * No sample of it was ever published: this shape is the project's own.
 * A service that the API does not show is missing from it, and so is a status that the service has no role for.
 */
export function showDisasterRecovery(world: World, pair: Pair, asked: Service): Json {
  const shown = fullService(world, pair, asked);
  const integrations = Array.isArray(shown.service_integrations) ? shown.service_integrations : [];
  if (!integrations.some((one: Json) => one.integration_type === 'disaster_recovery')) {
    throw new ApiError(
      404,
      `Service ${asked.name} has no disaster recovery`,
      'service_integration_not_found',
    );
  }
  const services = [pair.primary, pair.recovery].filter((service) => !service.vanished);
  return Object.fromEntries(
    services.map((service) => [service.side, oneSide(fullService(world, pair, service))]),
  );
}

function oneSide(shown: Json): Json {
  const { service_name, cloud_name } = shown;
  const status = statusOf(shown);
  return { service_name, cloud_name, ...(status === undefined ? {} : { status }) };
}

function statusOf({ state, disaster_recovery_role: role }: Json): string | undefined {
  if (state === 'REBUILDING') return 'Rebuilding';
  if (state === 'REBALANCING') return 'Rebalancing';
  return typeof role === 'string' ? role.charAt(0).toUpperCase() + role.slice(1) : undefined;
}
