import type { Service } from '../../aiven';
import type { DiscoveryFacts, Fact } from '../facts';
import { pairingsOf, peersOf } from '../observation';
import {
  type Answer,
  type Context,
  each,
  isExcusedFromAnswering,
  type Row,
  unread,
  witnessesOf,
  worst,
} from './row';

/** Whose token it is, and that the two services are the pair that was meant. */
export const IDENTITY: readonly Row<DiscoveryFacts>[] = [
  {
    id: 'token-valid',
    title: 'The API token is valid',
    moves: 'all',
    guards: 'run',
    looksAt: 'GET /v1/access_token, else GET /v1/me',
    wanted: 'a token that the API accepts',
    remedy: 'Give the worker a valid token (AIVEN_TOKEN or AIVEN_TOKEN_FILE) and start again.',
    judge: ({ facts: { me, tokens } }) => {
      if (me === undefined) {
        if (!tokens?.ok) return unread(tokens);
        return { finding: 'pass', observed: 'accepted', evidence: [tokens] };
      }
      if (me.ok) return { finding: 'pass', observed: `accepted as ${me.value.user}`, evidence: [me] };
      const refused = me.status === 401 || me.status === 403;
      if (refused) return { ...unread(me), finding: 'block' };
      return {
        remedy: 'Start again when the API answers; `switchback doctor` says whether it does.',
        ...unread(me),
      };
    },
  },
  {
    id: 'services-exist',
    title: 'Both services exist in the project',
    moves: 'all',
    guards: 'run',
    looksAt: 'the answers about both services',
    wanted: 'both services answer',
    remedy: 'Check the spelling of project and service, and that the token may read them.',
    judge: ({ facts }) => {
      const { named, peer, primary, recovery } = facts;
      const refused = [primary, recovery].some((it) => !it.ok && (it.status === 404 || it.status === 403));
      if (refused) return { ...unread(primary, recovery), finding: 'block' };
      if (witnessesOf(facts).some(({ ok }) => !ok)) return unread(primary, recovery);
      const observed = primary.ok ? `${named} and ${peer} exist` : `${peer} exists; ${named} does not answer`;
      return { finding: 'pass', observed, evidence: [primary, recovery] };
    },
  },
  {
    id: 'dialect-known',
    title: 'The API speaks a known dialect for this pair',
    moves: 'all',
    guards: 'run',
    looksAt: 'disaster_recovery_role of the primary, or GET …/disaster-recovery',
    wanted: 'the field disaster_recovery_role, or an answer to GET …/disaster-recovery',
    remedy: 'Check that cross-region disaster recovery is enabled for this service and project.',
    judge: ({ facts }) => {
      const { disasterRecovery } = facts;
      const [primary] = witnessesOf(facts);
      if (primary?.ok !== true) return unread(primary);
      if (primary.value.role.kind !== 'absent') {
        return { finding: 'pass', observed: 'role (disaster_recovery_role)', evidence: [primary] };
      }
      const evidence = [primary, disasterRecovery];
      if (disasterRecovery?.ok) return { finding: 'pass', observed: 'promote-to-master', evidence };
      const observed = `no disaster_recovery_role, and ${disasterRecovery?.why ?? 'GET …/disaster-recovery was not asked'}`;
      return { finding: disasterRecovery?.status === 404 ? 'block' : 'unknown', observed, evidence };
    },
  },
  {
    id: 'postgresql',
    title: 'Both services are PostgreSQL',
    moves: 'all',
    guards: 'run',
    looksAt: 'service_type of both services',
    wanted: 'service type pg on both',
    remedy: 'Name the PostgreSQL service that is to become active.',
    judge: (context) =>
      each(context, ({ serviceName, serviceType }) => ({
        finding: serviceType === 'pg' ? 'pass' : 'block',
        observed: `${serviceName} is ${serviceType}`,
      })),
  },
  {
    id: 'crdr-peers',
    title: 'The services are each other’s only disaster recovery peer',
    moves: 'all',
    guards: 'run',
    looksAt: 'the disaster_recovery integrations of both services',
    wanted: 'exactly one disaster_recovery integration, the same on both, which joins the two',
    remedy: 'Look at the integrations of both services; name the two that belong together.',
    judge: ({ facts, severity }) => {
      if (isExcusedFromAnswering(facts)) return peersSeen(facts.recovery, facts);
      const named = peersSeen(facts.primary, facts);
      if (facts.peer === undefined || !facts.recovery.ok) return named;
      const peer = peersSeen(facts.recovery, facts);
      const ids = [facts.primary, facts.recovery].flatMap((it) => (it.ok ? idsOf(it.value) : []));
      const differ = ids.length === 2 && ids[0] !== ids[1];
      return {
        finding: worst([named.finding, peer.finding, differ ? 'block' : 'pass'], severity),
        observed: `${named.observed}; ${peer.observed}${differ ? `; by two integrations (${ids.join(', ')})` : ''}`,
        evidence: [facts.primary, facts.recovery],
      };
    },
  },
  {
    id: 'named-is-primary',
    title: 'The named service is the primary',
    moves: 'all',
    guards: 'run',
    looksAt: 'the source end of the integration, or GET …/disaster-recovery',
    wanted:
      'the source end of the integration; else an input that names both services, and an acknowledgement',
    remedy: 'Start again with the primary service as "service".',
    judge: judgeNamed,
  },
];

function judgeNamed({ facts }: Context<DiscoveryFacts>): Answer {
  const { move = 'switchback' } = facts;
  const otherWay =
    move === 'switchback'
      ? `promoting ${facts.named} would be a switchover`
      : `the run would take ${facts.named} for the primary`;
  const [witness] = witnessesOf(facts);
  if (witness?.ok !== true) return unread(witness);
  const evidence = [witness, facts.disasterRecovery];
  const primary = primaryAsTold(facts);
  if (primary === undefined) {
    return { finding: 'unknown', observed: `the API does not say which end ${facts.named} is`, evidence };
  }
  const how = facts.disasterRecovery?.ok ? 'is called the primary' : 'is the source of the integration';
  if (primary === facts.named) return { finding: 'pass', observed: `${primary} ${how}`, evidence };
  if (facts.confirmed) {
    return {
      finding: 'ack',
      observed: `${primary} ${how}, and the input calls ${facts.named} the primary${agesOf(facts)}`,
      evidence,
      remedy:
        `If ${primary} is the primary, do not go on: ${otherWay}. The primary is the older one, in your home region. ` +
        'Acknowledge this only if the integration was made anew with its ends exchanged, as Terraform does it.',
    };
  }
  return {
    finding: 'block',
    observed: `${facts.named} is the recovery end; the primary is ${primary}`,
    evidence,
    remedy:
      `Start again with {"service":"${primary}"}: ${otherWay}. If ` +
      `${facts.named} really is the primary, name both: {"service":"${facts.named}","recovery":"${primary}"}.`,
  };
}

/** A recovery service is made for a primary that is there, so that the older one is the primary. */
function agesOf({ primary, recovery }: DiscoveryFacts): string {
  const told = [primary, recovery].flatMap((it) =>
    it.ok && it.value.createTime !== undefined
      ? `${it.value.serviceName} was made on ${it.value.createTime.slice(0, 10)} in ${it.value.cloudName}`
      : [],
  );
  return told.length === 2 ? ` (${told.join(', ')})` : '';
}

/**
 * Which service the API calls the primary: the promote-to-master dialect says so; otherwise the source end of the
 * integration is, as at set-up (Aiven docs, "Enable CRDR"). Whether a switch ever swaps the ends is not known, so
 * a contradiction blocks unless the input names both services and a person acknowledges it.
 */
function primaryAsTold(facts: DiscoveryFacts): string | undefined {
  if (facts.disasterRecovery?.ok) return facts.disasterRecovery.value.primary.serviceName;
  const [witness] = witnessesOf(facts);
  if (witness?.ok !== true) return undefined;
  const [pairing] = pairingsOf(witness.value);
  return pairing?.sourceService;
}

function peersSeen(fact: Fact<Service>, facts: DiscoveryFacts): Answer {
  if (!fact.ok) return unread(fact);
  const { serviceName } = fact.value;
  const peers = peersOf(fact.value, facts.project);
  const expected = serviceName === facts.named ? facts.peer : facts.named;
  const good = peers.length === 1 && (expected === undefined || peers[0] === expected);
  const seen = peers.length === 0 ? 'no peer' : `peer ${peers.join(' and ')}`;
  const instead = good || expected === undefined ? '' : ` (expected ${expected})`;
  return {
    finding: good ? 'pass' : 'block',
    observed: `${serviceName} has ${seen}${instead}`,
    evidence: [fact],
  };
}

function idsOf(service: Service): string[] {
  return pairingsOf(service).flatMap(({ id }) => id ?? []);
}
