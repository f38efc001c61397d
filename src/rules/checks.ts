import type { Service } from '../aiven';
import type { CheckResult, Severity, Verdict } from '../contract/checks';
import type { PairObservation, ReadService, ServiceObservation } from '../contract/observation';
import type { Fact, Facts } from './facts';
import { observePair, pairingsOf, peersOf } from './observation';

/** One row of the catalogue. */
interface Check {
  id: string;
  title: string;
  severity: Severity;
  wanted: string;
  remedy: string;
  judge(context: Context): Answer;
}

interface Context {
  facts: Facts;
  observed: PairObservation;
}

interface Answer {
  verdict: Verdict;
  observed: string;
  evidence: string;
  /** Replaces the remedy of the row where the finding asks for another one. */
  remedy?: string;
}

/** The preconditions of a switchback, in the order in which a person would look. */
const CATALOGUE: readonly Check[] = [
  {
    id: 'token-valid',
    title: 'The API token is valid',
    severity: 'block',
    wanted: 'a token that the API accepts',
    remedy: 'Give the worker a valid token (AIVEN_TOKEN or AIVEN_TOKEN_FILE) and start again.',
    judge: ({ facts: { me } }) => {
      if (me.ok) return { verdict: 'pass', observed: `accepted as ${me.value.user}`, evidence: me.request };
      return unread(me, me.status === 401 || me.status === 403);
    },
  },
  {
    id: 'services-exist',
    title: 'Both services exist in the project',
    severity: 'block',
    wanted: 'both services answer',
    remedy: 'Check the spelling of project and service, and that the token may read them.',
    judge: ({ facts }) => {
      const all = [facts.primary, facts.recovery];
      const bad = all.filter((fact) => !fact.ok);
      const evidence = requests(all);
      const [first] = bad;
      if (first === undefined)
        return { verdict: 'pass', observed: `${facts.named} and ${facts.peer} exist`, evidence };
      const refused = bad.some((fact) => fact.status === 404 || fact.status === 403);
      return {
        verdict: refused ? 'block' : 'unknown',
        observed: bad.map((fact) => fact.why).join('; '),
        evidence,
      };
    },
  },
  {
    id: 'dialect-known',
    title: 'The API speaks a known dialect for this pair',
    severity: 'block',
    wanted: 'the field disaster_recovery_role, or an answer to GET …/disaster-recovery',
    remedy: 'Check that cross-region disaster recovery is enabled for this service and project.',
    judge: ({ facts: { primary, disasterRecovery } }) => {
      if (!primary.ok) return unread(primary, false);
      if (primary.value.role.kind !== 'absent') {
        return { verdict: 'pass', observed: 'role (disaster_recovery_role)', evidence: primary.request };
      }
      const evidence = requests([primary, disasterRecovery]);
      if (disasterRecovery?.ok) return { verdict: 'pass', observed: 'promote-to-master', evidence };
      const observed = `no disaster_recovery_role, and ${disasterRecovery?.why ?? 'GET …/disaster-recovery was not asked'}`;
      return { verdict: disasterRecovery?.status === 404 ? 'block' : 'unknown', observed, evidence };
    },
  },
  {
    id: 'postgresql',
    title: 'Both services are PostgreSQL',
    severity: 'block',
    wanted: 'service type pg on both',
    remedy: 'Name the PostgreSQL service that is to become active.',
    judge: ({ facts }) =>
      judgeBoth(facts, (service) => ({
        good: service.serviceType === 'pg',
        text: `${service.serviceName} is ${service.serviceType}`,
      })),
  },
  {
    id: 'crdr-peers',
    title: 'The services are each other’s only disaster recovery peer',
    severity: 'block',
    wanted: 'exactly one disaster_recovery integration, which joins the two',
    remedy: 'Look at the integrations of both services; name the two that belong together.',
    judge: ({ facts }) => {
      const named = peersSeen(facts.primary, facts);
      if (facts.peer === undefined || !facts.recovery.ok) return named;
      const peer = peersSeen(facts.recovery, facts);
      return {
        verdict: worst([named.verdict, peer.verdict]),
        observed: `${named.observed}; ${peer.observed}`,
        evidence: requests([facts.primary, facts.recovery]),
      };
    },
  },
  {
    id: 'named-is-primary',
    title: 'The named service is the primary',
    severity: 'block',
    wanted: 'the source end of the integration, or an input that names both services',
    remedy: 'Start again with the primary service as "service".',
    judge: ({ facts }) => {
      if (!facts.primary.ok) return unread(facts.primary, false);
      const evidence = requests([facts.primary, facts.disasterRecovery]);
      const primary = primaryAsTold(facts);
      if (primary === undefined) {
        return { verdict: 'unknown', observed: `the API does not say which end ${facts.named} is`, evidence };
      }
      if (primary === facts.named) {
        return { verdict: 'pass', observed: `${facts.named} is the source of the integration`, evidence };
      }
      if (facts.confirmed) {
        const observed = `the integration starts at ${primary}, but the input names both services`;
        return { verdict: 'pass', observed, evidence };
      }
      return {
        verdict: 'block',
        observed: `${facts.named} is the recovery end; the primary is ${primary}`,
        evidence,
        remedy:
          `Promoting ${facts.named} would be a switchover. Start again with {"service":"${primary}"}, or, if ` +
          `${facts.named} really is the primary, name both: {"service":"${facts.named}","recovery":"${primary}"}.`,
      };
    },
  },
  {
    id: 'switchover-completed',
    title: 'A switchover was completed: primary passive, recovery active',
    severity: 'block',
    wanted: 'primary passive and recovery active (or primary active and recovery passive: nothing to write)',
    remedy:
      'A switchback follows a completed switchover. Look at both services; a role that is neither active nor passive needs Aiven support.',
    judge: ({ facts, observed }) => {
      const { primary, recovery } = observed;
      const evidence = requests([facts.primary, facts.recovery, facts.disasterRecovery]);
      const text = `${said(primary)}; ${said(recovery)}`;
      if (!primary.readable || !recovery.readable) return { verdict: 'unknown', observed: text, evidence };
      if (primary.role === 'failed') {
        const remedy =
          'A failed primary cannot be promoted: rebuild it first (failback, step 1: set its role to passive in Aiven and wait for RUNNING), then start again.';
        return { verdict: 'block', observed: text, evidence, remedy };
      }
      const roles = `${primary.role}/${recovery.role}`;
      if (roles === 'passive/active' || roles === 'active/passive')
        return { verdict: 'pass', observed: text, evidence };
      if ([primary.role, recovery.role].includes('changing')) {
        const remedy = 'A role change is under way. Wait until both services are settled, then start again.';
        return { verdict: 'block', observed: text, evidence, remedy };
      }
      return { verdict: isRole(primary) && isRole(recovery) ? 'block' : 'unknown', observed: text, evidence };
    },
  },
  {
    id: 'both-settled',
    title: 'Both services are settled',
    severity: 'block',
    wanted: 'state RUNNING and every node running, on both',
    remedy: 'Wait until both services are RUNNING with all nodes running, then start again.',
    judge: ({ facts, observed }) => {
      const { primary, recovery } = observed;
      const evidence = requests([facts.primary, facts.recovery]);
      const text = `${said(primary)}; ${said(recovery)}`;
      if (!primary.readable || !recovery.readable) return { verdict: 'unknown', observed: text, evidence };
      // The roles are right already: nothing will be written, and settling is what the run waits for.
      const onlyWaits = primary.role === 'active' && recovery.role === 'passive';
      const good = onlyWaits || (primary.settled && recovery.settled);
      return { verdict: good ? 'pass' : 'block', observed: text, evidence };
    },
  },
];

/** Judges every precondition; pure, and complete: a fact that is missing gives `unknown`, never `pass`. */
export function judge(facts: Facts): CheckResult[] {
  const observed = observePair({
    ...facts,
    names: { primary: facts.named, recovery: facts.peer ?? 'the peer' },
  });
  return CATALOGUE.map(({ id, title, severity, wanted, remedy, judge: ask }) => {
    const answer = ask({ facts, observed });
    return {
      id,
      title,
      severity,
      wanted,
      ...answer,
      remedy: answer.verdict === 'pass' ? '' : (answer.remedy ?? remedy),
    };
  });
}

/** The rows without their judges, for docs/checks.md. */
export function catalogue(): Pick<Check, 'id' | 'title' | 'severity' | 'wanted' | 'remedy'>[] {
  return CATALOGUE.map(({ id, title, severity, wanted, remedy }) => ({
    id,
    title,
    severity,
    wanted,
    remedy,
  }));
}

/**
 * Which service the API calls the primary: the promote-to-master dialect says so; otherwise the source end of the
 * integration is, as at set-up (Aiven docs, "Enable CRDR"). Whether a switch ever swaps the ends is not known, so
 * a contradiction blocks unless the input confirms it.
 */
function primaryAsTold(facts: Facts): string | undefined {
  if (facts.disasterRecovery?.ok) return facts.disasterRecovery.value.primary.serviceName;
  if (!facts.primary.ok) return undefined;
  const [pairing] = pairingsOf(facts.primary.value);
  return pairing?.sourceService;
}

function peersSeen(fact: Fact<Service>, facts: Facts): Answer {
  if (!fact.ok) return unread(fact, false);
  const { serviceName } = fact.value;
  const peers = peersOf(fact.value, facts.project);
  const expected = serviceName === facts.named ? facts.peer : facts.named;
  const good = peers.length === 1 && (expected === undefined || peers[0] === expected);
  const seen = peers.length === 0 ? 'no peer' : `peer ${peers.join(' and ')}`;
  const instead = good || expected === undefined ? '' : ` (expected ${expected})`;
  return {
    verdict: good ? 'pass' : 'block',
    observed: `${serviceName} has ${seen}${instead}`,
    evidence: fact.request,
  };
}

function judgeBoth(facts: Facts, look: (service: Service) => { good: boolean; text: string }): Answer {
  const answers = [facts.primary, facts.recovery].map((fact): Answer => {
    if (!fact.ok) return unread(fact, false);
    const { good, text } = look(fact.value);
    return { verdict: good ? 'pass' : 'block', observed: text, evidence: fact.request };
  });
  return {
    verdict: worst(answers.map((answer) => answer.verdict)),
    observed: answers.map((answer) => answer.observed).join('; '),
    evidence: answers.map((answer) => answer.evidence).join(', '),
  };
}

function unread(fact: Extract<Fact<unknown>, { ok: false }>, refused: boolean): Answer {
  return { verdict: refused ? 'block' : 'unknown', observed: fact.why, evidence: fact.request };
}

function worst(verdicts: Verdict[]): Verdict {
  const order: Verdict[] = ['block', 'unknown', 'warn'];
  return order.find((verdict) => verdicts.includes(verdict)) ?? 'pass';
}

function requests(facts: (Fact<unknown> | undefined)[]): string {
  return facts.flatMap((fact) => (fact === undefined ? [] : [fact.request])).join(', ');
}

function said(service: ServiceObservation): string {
  return `${service.service} is ${service.readable ? service.summary : `unreadable (${service.why})`}`;
}

function isRole({ role }: ReadService): boolean {
  return role === 'active' || role === 'passive' || role === 'failed';
}
