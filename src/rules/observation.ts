import type { DisasterRecovery, DisasterRecoverySide, Integration, NodeState, Service } from '../aiven';
import type { NodeProgress, PairObservation, Role, ServiceObservation, Side } from '../contract/observation';
import { compact } from '../util/compact';
import type { Fact, ReadFact } from './facts';

/** What was read of the two services of a pair. */
export interface PairFacts {
  project: string;
  primary: Fact<Service>;
  recovery: Fact<Service>;
  /** The names expected on the two sides. */
  names: Record<Side, string>;
  /** Given in the promote-to-master dialect, where it, and not the service, tells the roles. */
  disasterRecovery?: Fact<DisasterRecovery>;
}

/** Turns two API replies into an observation; what the API did not say clearly stays unknown. */
export function observePair(facts: PairFacts): PairObservation {
  return { primary: observe('primary', facts), recovery: observe('recovery', facts) };
}

function observe(side: Side, { project, names, disasterRecovery, ...facts }: PairFacts): ServiceObservation {
  const fact = facts[side];
  const service = names[side];
  if (!fact.ok) return { readable: false, service, at: fact.at, why: fact.why, gone: fact.status === 404 };
  if (disasterRecovery === undefined) return toObservation(fact, project, roleOf(fact.value));
  if (!disasterRecovery.ok) {
    return { readable: false, service, at: disasterRecovery.at, why: disasterRecovery.why, gone: false };
  }
  // By name, as which end is called the primary may change with a switch; the check named-is-primary looks at that.
  const told = Object.values(disasterRecovery.value).find((one) => one.serviceName === service);
  if (told === undefined) {
    const why = `${disasterRecovery.request} does not speak of ${service}`;
    return { readable: false, service, at: disasterRecovery.at, why, gone: false };
  }
  return toObservation(fact, project, roleTold(told));
}

interface RoleRead {
  role: Role;
  /** As the API spelled it. */
  text: string;
}

function roleOf({ role }: Service): RoleRead {
  switch (role.kind) {
    case 'known':
      return { role: role.value, text: role.value };
    case 'absent':
      return { role: 'absent', text: 'no role' };
    case 'unknown':
      return { role: 'unknown', text: `unknown role "${role.text}"` };
  }
}

function roleTold({ status }: DisasterRecoverySide): RoleRead {
  if (status.kind === 'unknown') return { role: 'unknown', text: `unknown status "${status.text}"` };
  if (status.value === 'rebuilding' || status.value === 'rebalancing')
    return { role: 'changing', text: status.value };
  return { role: status.value, text: status.value };
}

function toObservation(
  { value: service, at, requestId }: ReadFact<Service>,
  project: string,
  { role, text }: RoleRead,
): ServiceObservation {
  const state = service.state.kind === 'known' ? service.state.value : 'unknown';
  const stateText = service.state.kind === 'known' ? state : `unknown state "${service.state.text}"`;
  const notRunning = service.nodeStates.filter((node) => node.state !== 'running');
  const nodes = notRunning
    .map((node) => `, node ${node.name} ${node.state}${describeProgress(node)}`)
    .join('');
  const [progress] = notRunning.flatMap((node) => progressOf(node) ?? []);
  return {
    readable: true,
    service: service.serviceName,
    at,
    role,
    state,
    settled: state === 'RUNNING' && service.nodeStates.length > 0 && notRunning.length === 0,
    summary: `${text}/${stateText}${nodes}`,
    peers: peersOf(service, project),
    ...compact({ requestId, progress }),
    updatedAt: service.updateTime,
  };
}

/** ` (basebackup 42 %)`; nothing where the API does not tell. It is refreshed about every 10 s there. */
function describeProgress(node: NodeState): string {
  const open = openPhase(node);
  const progress = progressOf(node);
  if (progress === undefined) return open === undefined ? '' : ` (${open.phase})`;
  return ` (${progress.phase} ${Math.floor(100 * progress.share)} %)`;
}

function progressOf(node: NodeState): NodeProgress | undefined {
  const { phase = '', current, min = 0, max } = openPhase(node) ?? {};
  if (current === undefined || max === undefined || max <= min) return undefined;
  return { phase, share: (current - min) / (max - min) };
}

function openPhase({ progressUpdates = [] }: NodeState) {
  return progressUpdates.find(({ completed }) => completed !== true);
}

/** The `disaster_recovery` integrations of a service. */
export function pairingsOf(service: Service): Integration[] {
  return service.integrations.filter((integration) => integration.type === 'disaster_recovery');
}

/** The other end of each pairing, whichever way it points: a switch might swap source and destination. */
export function peersOf(service: Service, project: string): string[] {
  return pairingsOf(service).map((pairing) => {
    const isSource = pairing.sourceService === service.serviceName;
    const name = (isSource ? pairing.destService : pairing.sourceService) ?? 'a service without a name';
    const home = (isSource ? pairing.destProject : pairing.sourceProject) ?? project;
    return home === project ? name : `${home}/${name}`;
  });
}
