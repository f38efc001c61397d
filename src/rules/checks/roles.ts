import type { Integration, Service } from '../../aiven';
import type { ReadService } from '../../contract/observation';
import { moves } from '../../contract/procedure';
import type { DiscoveryFacts, Facts } from '../facts';
import { isOnItsWay, isRebuilt } from '../moves';
import { pairingsOf } from '../observation';
import { type Answer, type Context, each, few, missingNodes, type Row, said, unread } from './row';

/** Which roles the services hold, and whether they are at rest. */
export const ROLES: readonly Row<DiscoveryFacts>[] = [
  {
    id: 'switchover-completed',
    title: 'A switchover was completed: primary passive, recovery active',
    moves: ['switchback'],
    guards: 'run',
    looksAt: 'disaster_recovery_role of both services, or GET …/disaster-recovery',
    wanted:
      'primary passive and recovery active (or primary active, or on its way, and recovery passive: nothing to write)',
    remedy:
      'Look at both services: a switchback follows a completed switchover. A role that is neither active nor passive needs Aiven support.',
    judge: judgeRoles,
  },
  {
    id: 'primary-active',
    title: 'The pair is at home: primary active, recovery passive',
    moves: ['switchover'],
    guards: 'run',
    looksAt: 'disaster_recovery_role of both services, or GET …/disaster-recovery',
    wanted:
      'primary active and recovery passive (or recovery active, or on its way, and primary passive: nothing to write)',
    remedy:
      'Look at both services: a switchover begins with the primary active. A role that is neither active nor passive needs Aiven support.',
    judge: judgeRoles,
  },
  {
    id: 'primary-failed',
    title: 'The primary has failed, and the recovery service is active and settled',
    moves: ['rebuild'],
    guards: 'run',
    looksAt: 'disaster_recovery_role and state of both services, or GET …/disaster-recovery',
    wanted:
      'primary failed, recovery active, RUNNING and with all nodes (or the primary rebuilt, or on its way)',
    remedy:
      'Nothing else may be rebuilt: it would destroy the only copy. A pair that was not failed over goes home by a switchback.',
    judge: judgeFailed,
  },
  {
    id: 'both-settled',
    title: 'Both services are settled',
    guards: 'run',
    looksAt: 'state, node_states and node_count of both services',
    wanted: 'state RUNNING, every node running and none missing, on both',
    remedy: 'Wait until both services are RUNNING with all nodes running, then start again.',
    judge: judgeSettled,
  },
];

/** How the replication between the two stands, as far as the API shows it. */
export const REPLICATION: readonly Row<Facts>[] = [
  {
    id: 'integration-running',
    title: 'The disaster recovery integration is running',
    guards: 'write',
    looksAt: 'active, enabled and integration_status of the integration, on both services',
    wanted: 'active, enabled, status running, no errors',
    remedy:
      'The recovery link itself is in doubt, and so is what the primary has of the latest writes. Look at the integration in Aiven; ask Aiven support before going on.',
    judge: (context) => each(context, judgeIntegration),
  },
  {
    id: 'one-master',
    title: 'Only the active service has a master node',
    guards: 'write',
    looksAt: 'role of each node, on both services',
    wanted: 'exactly one master on the active service, none on the passive one',
    remedy:
      'Two masters may both take writes, and none takes any. Find out which node takes writes (pg_is_in_recovery) before a role is changed.',
    judge: judgeMasters,
  },
  {
    id: 'nodes-caught-up',
    title: 'No running node is still catching up',
    guards: 'write',
    looksAt: 'progress_updates of the running nodes of both services',
    wanted: 'every progress update completed',
    remedy: 'Wait until the node has caught up, or acknowledge it.',
    judge: (context) => each(context, judgeProgress),
  },
];

function judgeRoles({ facts, observed: { primary, recovery } }: Context<DiscoveryFacts>): Answer {
  const evidence = [facts.primary, facts.recovery, facts.disasterRecovery];
  const observed = `${said(primary)}; ${said(recovery)}`;
  if (!primary.readable || !recovery.readable) return { finding: 'unknown', observed, evidence };
  if (primary.role === 'failed') {
    const remedy =
      'Rebuild the failed primary first: `switchback failback` does that, and brings it home (in Aiven: set its role to passive, wait for RUNNING).';
    return { finding: 'block', observed, evidence, remedy };
  }
  const { target } = moves[facts.move ?? 'switchback'];
  const roles = `${primary.role}/${recovery.role}`;
  const wanted = target === 'primary' ? 'passive/active' : 'active/passive';
  if (roles === wanted || isOnItsWay(target, { primary, recovery }))
    return { finding: 'pass', observed, evidence };
  if ([primary.role, recovery.role].includes('changing')) {
    const remedy =
      'Wait until the role change that is under way is over and both services are settled, then start again.';
    return { finding: 'block', observed, evidence, remedy };
  }
  return { finding: isRole(primary) && isRole(recovery) ? 'block' : 'unknown', observed, evidence };
}

/** What a rebuild overwrites must have failed, and what it copies must be whole. */
function judgeFailed({ facts, observed: { primary, recovery } }: Context<DiscoveryFacts>): Answer {
  const evidence = [facts.primary, facts.recovery, facts.disasterRecovery];
  const observed = `${said(primary)}; ${said(recovery)}`;
  if (!primary.readable || !recovery.readable) return { finding: 'unknown', observed, evidence };
  const isWhole = recovery.role === 'active' && recovery.settled;
  const good = isWhole && (primary.role === 'failed' || isRebuilt({ primary, recovery }));
  return { finding: good ? 'pass' : 'block', observed, evidence };
}

function judgeSettled({ facts, observed: { primary, recovery } }: Context<DiscoveryFacts>): Answer {
  const evidence = [facts.primary, facts.recovery];
  const isUnknown =
    !primary.readable || !recovery.readable || [primary.state, recovery.state].includes('unknown');
  const missing = evidence.flatMap((fact) => (fact.ok ? missingNodes(fact.value) : []));
  const observed = [said(primary), said(recovery), ...missing].join('; ');
  if (isUnknown) return { finding: 'unknown', observed, evidence };
  // Nothing will be written, and settling is what the run waits for.
  const onlyWaits = isOnItsWay(moves[facts.move ?? 'switchback'].target, { primary, recovery });
  const good = onlyWaits || (primary.settled && recovery.settled && missing.length === 0);
  return { finding: good ? 'pass' : 'block', observed, evidence };
}

function judgeIntegration(service: Service): Pick<Answer, 'finding' | 'observed'> {
  const [pairing] = pairingsOf(service);
  if (pairing === undefined) {
    return { finding: 'unknown', observed: `${service.serviceName} has no disaster_recovery integration` };
  }
  const { finding, text } = stateOfIntegration(pairing);
  return { finding, observed: `${service.serviceName}: ${text}` };
}

function stateOfIntegration({ active, enabled, status }: Integration) {
  const off = [active === false ? 'not active' : [], enabled === false ? 'not enabled' : []].flat();
  if (off.length > 0) return { finding: 'block' as const, text: off.join(', ') };
  if (status === undefined || active === undefined || enabled === undefined) {
    return { finding: 'warn' as const, text: `the API tells no ${status ? 'active and enabled' : 'status'}` };
  }
  const errors = status.errors ?? [];
  const text = [status.status, ...(errors.length > 0 ? [few(errors)] : [])].join(', ');
  if (errors.length > 0 || ['failed', 'inactive'].includes(status.status)) {
    return { finding: 'block' as const, text };
  }
  return { finding: status.status === 'running' ? ('pass' as const) : ('ack' as const), text };
}

/**
 * That nodes of a passive service are standbys is prose in the docs ("Cross-region disaster recovery in Aiven for
 * PostgreSQL"), not a promise of the API: a master there asks for a person, and no more.
 */
function judgeMasters({ facts, observed: { primary, recovery } }: Context): Answer {
  if (!facts.primary.ok || !facts.recovery.ok) return unread(facts.primary, facts.recovery);
  const evidence = [facts.primary, facts.recovery, facts.disasterRecovery];
  const roles =
    primary.readable && recovery.readable ? `${primary.role}/${recovery.role}` : 'roles that are not known';
  const services = { primary: facts.primary.value, recovery: facts.recovery.value };
  const bySides = {
    'passive/active': [services.recovery, services.primary],
    'active/passive': [services.primary, services.recovery],
  } as const;
  const [active, passive] = bySides[roles as keyof typeof bySides] ?? [];
  if (active === undefined || passive === undefined) {
    const remedy = 'Settle the roles of the two services first: see the check of the roles.';
    const observed = `not one active and one passive service: ${roles}`;
    return { finding: 'unknown', observed, evidence, remedy };
  }
  if (![active, passive].every(tellsNodeRoles)) {
    return { finding: 'warn', observed: 'the API does not tell the roles of all nodes', evidence };
  }
  const [onActive, onPassive] = [mastersOf(active), mastersOf(passive)];
  const observed = [active, passive]
    .map((it) => `${it.serviceName} has ${counted(mastersOf(it))}`)
    .join('; ');
  if (onActive.length !== 1) return { finding: 'block', observed, evidence };
  return { finding: onPassive.length > 0 ? 'ack' : 'pass', observed, evidence };
}

function tellsNodeRoles({ nodeStates }: Service): boolean {
  return nodeStates.length > 0 && nodeStates.every(({ role }) => role !== undefined);
}

function mastersOf({ nodeStates }: Service): string[] {
  return nodeStates.flatMap(({ name, role }) => (role === 'master' ? [name] : []));
}

function counted(masters: string[]): string {
  return masters.length === 0 ? 'no master' : `master ${masters.join(' and ')}`;
}

/** A node that does not run is the check both-settled's. */
function judgeProgress({ serviceName, nodeStates }: Service): Pick<Answer, 'finding' | 'observed'> {
  const behind = nodeStates.filter(
    ({ state, progressUpdates = [] }) =>
      state === 'running' && progressUpdates.some(({ completed }) => completed !== true),
  );
  if (behind.length === 0) return { finding: 'pass', observed: `${serviceName}: none` };
  const told = behind.map(({ name, progressUpdates = [] }) => {
    const open = progressUpdates.find(({ completed }) => completed !== true);
    const { phase, current, max, unit } = open ?? { phase: 'unknown phase' };
    const how =
      current === undefined || max === undefined ? '' : ` ${current} of ${max}${unit ? ` ${unit}` : ''}`;
    return `${name} ${phase}${how}`;
  });
  return { finding: 'ack', observed: few(told) };
}

function isRole({ role }: ReadService): boolean {
  return role === 'active' || role === 'passive' || role === 'failed';
}
