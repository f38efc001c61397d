import { ApiError } from '../errors';
import type { Role } from '../model';
import type { Json } from '../overrides';
import { USER, type World } from '../world';
import { showService } from './service-json';

const ROLES: readonly Role[] = ['active', 'passive', 'failed'];

/** What a field may say without changing anything; a change of any other kind is refused rather than pretended. */
const WITHOUT_EFFECT: Record<string, (value: unknown, service: Json) => boolean> = {
  plan: (value, { plan }) => value === plan,
  cloud: (value, { cloud_name }) => value === cloud_name,
  user_config: (value, { user_config }) => isSubset(value, user_config),
  // Go clients send null whenever it is not set: the service has no VPC, so nothing moves.
  project_vpc_id: (value) => value === null,
  powered: (value) => value === true,
  group_name: () => true,
  schema_change_timeout: () => true,
};

/** `PUT …/service/…`: returns whether it began a role change. */
export function updateService(world: World, name: string, body: unknown): 'role-change' | 'none' {
  const { pair, service } = world.visible(name);
  const fields = objectOf(body);
  const shown = showService(world, pair, service);
  const { disaster_recovery_role, disaster_recovery_promote_to_master, termination_protection, ...rest } =
    fields;
  // Failover and failback use the role field in both dialects (Aiven docs on failover and on the revert to the primary).
  const isForeign = world.dialect === 'promote-to-master' && disaster_recovery_role === 'active';
  if (isForeign || (world.dialect === 'role' && 'disaster_recovery_promote_to_master' in fields)) {
    const foreign = isForeign ? 'disaster_recovery_role' : 'disaster_recovery_promote_to_master';
    throw invalid(`Additional properties are not allowed ('${foreign}' was unexpected)`);
  }
  const wanted = wantsPromotion(disaster_recovery_promote_to_master)
    ? 'active'
    : roleIn(disaster_recovery_role);
  for (const [field, value] of Object.entries(rest)) {
    const harmless = WITHOUT_EFFECT[field];
    if (!harmless) throw invalid(`Additional properties are not allowed ('${field}' was unexpected)`);
    if (!harmless(value, shown)) throw new ApiError(400, `The lab does not change '${field}' of a service`);
  }
  if (typeof termination_protection === 'boolean') service.terminationProtection = termination_protection;
  if (wanted === undefined) return 'none';
  return world.setRole(pair, service.side, wanted, USER) === 'started' ? 'role-change' : 'none';
}

function roleIn(role: unknown): Role | undefined {
  if (role === undefined) return undefined;
  const known = ROLES.find((one) => one === role);
  if (known !== undefined) return known;
  const all = ROLES.map((one) => `'${one}'`).join(', ');
  throw new ApiError(
    400,
    `Invalid 'disaster_recovery_role': Invalid input: ${literal(role)} is not one of [${all}]`,
  );
}

function wantsPromotion(value: unknown): boolean {
  if (value === undefined) return false;
  if (value === true) return true;
  const field = 'disaster_recovery_promote_to_master';
  throw new ApiError(400, `Invalid '${field}': Invalid input: ${literal(value)} is not one of [True]`);
}

function objectOf(body: unknown): Json {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Json;
  throw invalid(`${literal(body ?? null)} is not of type 'object'`);
}

function isSubset(value: unknown, whole: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === whole;
  if (Array.isArray(value)) return JSON.stringify(value) === JSON.stringify(whole);
  return Object.entries(value).every(([key, part]) => isSubset(part, (whole as Json | undefined)?.[key]));
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

function invalid(what: string): ApiError {
  return new ApiError(400, `Invalid input: ${what}`, 'bad_request');
}
