import { ApiError } from '../errors';
import type { Json } from '../overrides';
import { USER, type World } from '../world';
import { showDisasterRecovery } from './disaster-recovery-json';
import { metricsTable } from './metrics';
import { cloudOf, seconds, showService } from './service-json';
import { updateService } from './update-service';

/** What an answer is made from. */
export interface Call {
  world: World;
  /** Segments of the path, percent-decoded. */
  params: Record<string, string>;
  query: Record<string, string | undefined>;
  body: unknown;
  /** Tells the request log whether a write had one. */
  effect(effect: 'role-change' | 'none'): void;
}

export interface Route {
  method: 'GET' | 'PUT' | 'POST';
  /** Changes nothing, in spite of its method. */
  reads?: true;
  /** Under `/v1`. */
  path: string;
  answer(call: Call): Json;
}

const PROJECT = '/project/:project';
const SERVICE = `${PROJECT}/service/:service`;
const SCHEMA = { type: 'object', properties: {} };
const YEAR = 365 * 24 * 3_600_000;

/** Everything that the lab answers, in the paths that avn, the Go client and Terraform call. */
export const ROUTES: Route[] = [
  { method: 'GET', path: '/me', answer: ({ world }) => ({ user: user(world) }) },
  { method: 'GET', path: '/access_token', answer: ({ world }) => ({ tokens: [accessToken(world)] }) },
  { method: 'GET', path: '/service_types', answer: () => ({ service_types: serviceTypes() }) },
  { method: 'GET', path: '/service_versions', answer: ({ world }) => serviceVersions(world) },
  {
    method: 'GET',
    path: '/account/:account/service_versions',
    answer: ({ world }) => serviceVersions(world),
  },

  { method: 'GET', path: '/project', answer: ({ world }) => ({ projects: [project(world)] }) },
  { method: 'GET', path: PROJECT, answer: ({ world }) => ({ project: project(world) }) },
  {
    method: 'GET',
    path: `${PROJECT}/events`,
    answer: ({ world, query }) => ({ events: events(world, query.limit) }),
  },
  { method: 'GET', path: `${PROJECT}/vpcs`, answer: () => ({ vpcs: [] }) },
  { method: 'GET', path: `${PROJECT}/static-ips`, answer: () => ({ static_ips: [] }) },
  { method: 'GET', path: `${PROJECT}/alerts`, answer: ({ world }) => ({ alerts: alerts(world) }) },
  { method: 'GET', path: `${PROJECT}/service_types`, answer: () => ({ service_types: serviceTypes() }) },
  { method: 'GET', path: `${PROJECT}/service-types/:type`, answer: ({ params }) => serviceType(params.type) },
  { method: 'GET', path: '/service-types/:type', answer: ({ params }) => serviceType(params.type) },
  {
    method: 'GET',
    path: `${PROJECT}/integration/:id`,
    answer: (call) => ({ service_integration: integration(call) }),
  },

  {
    method: 'GET',
    path: `${PROJECT}/service`,
    answer: ({ world }) => {
      if (!world.servesList) throw notFound();
      return { services: services(world) };
    },
  },
  { method: 'GET', path: SERVICE, answer: (call) => ({ service: shown(call) }) },
  {
    method: 'PUT',
    path: SERVICE,
    answer: (call) => {
      call.effect(updateService(call.world, name(call), call.body));
      return { service: shown(call) };
    },
  },
  {
    method: 'GET',
    path: `${SERVICE}/integration`,
    answer: (call) => ({ service_integrations: shown(call).service_integrations }),
  },
  {
    method: 'GET',
    path: `${SERVICE}/disaster-recovery`,
    answer: ({ world, params }) => {
      if (world.dialect === 'role') throw notFound();
      const { pair, service } = world.visible(params.service ?? '');
      return { disaster_recovery: showDisasterRecovery(world, pair, service) };
    },
  },
  { method: 'GET', path: `${SERVICE}/backups`, answer: (call) => ({ backups: shown(call).backups }) },
  { method: 'GET', path: `${SERVICE}/tags`, answer: (call) => ({ tags: shown(call).tags }) },
  {
    method: 'GET',
    path: `${SERVICE}/alerts`,
    answer: (call) => shown(call) && { alerts: alerts(call.world, name(call)) },
  },
  {
    method: 'POST',
    reads: true,
    path: `${SERVICE}/logs`,
    answer: (call) => shown(call) && { logs: [], offset: '0', first_log_offset: '0' },
  },
  {
    method: 'POST',
    reads: true,
    path: `${SERVICE}/query/activity`,
    answer: (call) => shown(call) && { queries: [] },
  },
  {
    method: 'POST',
    reads: true,
    path: `${SERVICE}/metrics`,
    answer: (call) => {
      const { metrics } = call.world.visible(name(call)).service;
      return { metrics: metricsTable(shown(call), call.body, metrics) };
    },
  },
  {
    method: 'PUT',
    path: `${SERVICE}/maintenance/start`,
    answer: (call) => shown(call) && { message: 'No maintenance updates to apply' },
  },
];

export function notFound(): ApiError {
  return new ApiError(404, 'Not found', 'not_found');
}

function name({ params }: Call): string {
  return params.service ?? '';
}

function shown(call: Call): Json {
  const { pair, service } = call.world.visible(name(call));
  return showService(call.world, pair, service, { secrets: call.query.include_secrets === 'true' });
}

function services(world: World): Json[] {
  return world.pairs
    .flatMap((pair) => [pair.primary, pair.recovery].map((service) => ({ pair, service })))
    .filter(({ service }) => !service.vanished)
    .map(({ pair, service }) => showService(world, pair, service));
}

function integration({ world, params }: Call): Json {
  for (const service of services(world)) {
    const all = service.service_integrations;
    const found = Array.isArray(all) && all.find((one: Json) => one.service_integration_id === params.id);
    if (found) return found;
  }
  throw new ApiError(404, `Service integration ${params.id} does not exist`, 'service_integration_not_found');
}

function events(world: World, limit = '100') {
  return world.events.latest(Number(limit) || 100);
}

function alerts({ project, pairs }: World, service?: string): Json[] {
  return pairs
    .flatMap((pair) => [pair.primary, pair.recovery])
    .filter((it) => !it.vanished && (service === undefined || it.name === service))
    .flatMap((it) =>
      it.alerts.map(({ event, severity, time }) => ({
        create_time: seconds(time),
        event,
        severity,
        node_name: `${it.name}-1`,
        project_name: project,
        service_name: it.name,
        service_type: 'pg',
      })),
    );
}

function user(world: World): Json {
  return {
    user: USER,
    user_id: 'u0001ab',
    real_name: 'Lab user',
    state: 'active',
    token_validity_begin: null,
    projects: [world.project],
    project_membership: { [world.project]: 'operator' },
    auth: ['token'],
  };
}

function accessToken(world: World): Json {
  return {
    token_prefix: world.token.slice(0, 8),
    description: 'the lab',
    currently_active: world.tokenValid,
    create_time: seconds(world.begun),
    created_manually: true,
    expiry_time: seconds(world.tokenExpiry ?? new Date(world.begun.getTime() + YEAR)),
    max_age_seconds: 0,
    extend_when_used: false,
    last_used_time: null,
    last_ip: null,
    last_user_agent: null,
  };
}

function project(world: World): Json {
  return {
    project_name: world.project,
    account_id: 'a0001ab',
    default_cloud: cloudOf('primary'),
    available_credits: '0.00',
    estimated_balance: '0.00',
    payment_method: 'no_payment_expected',
    billing_currency: 'EUR',
    billing_address: '',
    billing_emails: [],
    billing_extra_text: '',
    country: '',
    country_code: '',
    tech_emails: [],
    vat_id: '',
  };
}

function serviceTypes(): Json {
  return {
    pg: { description: 'PostgreSQL', user_config_schema: SCHEMA, service_plans: [], default_version: '18' },
  };
}

function serviceType(type = ''): Json {
  const found = serviceTypes()[type];
  if (typeof found !== 'object') throw notFound();
  return { ...found };
}

function serviceVersions(world: World): Json {
  const major_version = world.pairs[0]?.backing.version.split('.')[0] ?? '18';
  const unknown = {
    availability_start_time: null,
    availability_end_time: null,
    aiven_end_of_life_time: null,
    upstream_end_of_life_time: null,
    termination_time: null,
    end_of_life_help_article_url: null,
  };
  return { service_versions: [{ service_type: 'pg', major_version, state: 'available', ...unknown }] };
}
