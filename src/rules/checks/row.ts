import type { Service } from '../../aiven';
import type { CheckId, Severity, Verdict } from '../../contract/checks';
import { otherSide, type PairObservation, type ServiceObservation } from '../../contract/observation';
import { type Move, moves } from '../../contract/procedure';
import { compact } from '../../util/compact';
import type { DiscoveryFacts, Fact, Facts, UnreadFact } from '../facts';

/** One row of the catalogue. Its severities are in contract/checks.ts, as people name its id in acknowledgements. */
export interface Row<F extends DiscoveryFacts = Facts> {
  id: CheckId;
  title: string;
  /** The moves that it is for. Default: those that promote. */
  moves?: readonly Move[] | 'all';
  /** A row that guards the write alone never stops a run that finds the roles right already. */
  guards: 'run' | 'write';
  /** What it is judged by, for the docs page. */
  looksAt: string;
  wanted: string;
  remedy: string;
  judge: (context: Context<F>) => Answer;
}

export interface Context<F extends DiscoveryFacts = Facts> {
  facts: F;
  observed: PairObservation;
  /** Of an unknown fact in this row. */
  severity: Severity;
}

/** `pass`, a fact that is missing, or something found that is as serious as it says. */
export type Finding = 'pass' | 'unknown' | Severity;

export interface Answer {
  finding: Finding;
  observed: string;
  evidence: readonly (Fact<unknown> | undefined)[] | string;
  /** Replaces the remedy of the row where the finding asks for another one. */
  remedy?: string;
}

export function verdictOf(finding: Finding): Verdict {
  return finding === 'ack' ? 'block' : finding;
}

/** `GET service pg-a at 2026-11-22T03:00:00Z, …` */
export function evidenceOf(evidence: Answer['evidence']): string {
  if (typeof evidence === 'string') return evidence;
  const told = evidence.flatMap((fact) => (fact === undefined ? [] : [fact]));
  return told.map(evidenceOfOne).join(', ');
}

function evidenceOfOne({ request, at, requestId }: Fact<unknown>): string {
  const id = requestId === undefined ? '' : ` [request id ${requestId}]`;
  return `${request} at ${withoutFraction(at)}${id}`;
}

/** `2026-11-22T03:00:00Z`, also of a time in another form. */
export function withoutFraction(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

export function unread(...facts: (Fact<unknown> | undefined)[]): Answer {
  const missing = facts.filter((fact): fact is UnreadFact => fact !== undefined && !fact.ok);
  const remedy = missing.some(({ status }) => status === TOO_MANY_REQUESTS) ? RATE_LIMITED : undefined;
  const observed = missing.map(({ why }) => why).join('; ');
  return { finding: 'unknown', observed, evidence: facts, ...compact({ remedy }) };
}

const TOO_MANY_REQUESTS = 429;
const RATE_LIMITED =
  'Aiven limits the requests of this token. Wait as long as it says, let less ask at once, or give the worker a token of its own; then start again.';

/** For what no request of this run can answer. It says so in the report, and never passes. */
export function notChecked(what: string): Answer {
  return { finding: 'unknown', observed: `not checked: ${what}`, evidence: 'none: the API does not tell' };
}

/** A failover does without the primary's own word: what is in trouble may not answer. One that does not exist is no such case. */
export function isExcusedFromAnswering({
  primary,
  move,
}: {
  primary: DiscoveryFacts['primary'];
  move?: Move | undefined;
}): boolean {
  const isRefused = !primary.ok && (primary.status === 404 || primary.status === 403);
  return move === 'failover' && !primary.ok && !isRefused;
}

/** The services that must tell something of themselves. */
export function witnessesOf(facts: DiscoveryFacts): Fact<Service>[] {
  return isExcusedFromAnswering(facts) ? [facts.recovery] : [facts.primary, facts.recovery];
}

/** Looks at each service for itself; the worst of the two counts, and both are told. */
export function each(
  { facts, severity }: Context<DiscoveryFacts>,
  look: (service: Service) => Pick<Answer, 'finding' | 'observed'>,
): Answer {
  const both = witnessesOf(facts);
  const answers = both.map((fact) => (fact.ok ? look(fact.value) : unread(fact)));
  return {
    finding: worst(
      answers.map((answer) => answer.finding),
      severity,
    ),
    observed: answers.map((answer) => answer.observed).join('; '),
    evidence: both,
  };
}

/** The service that is to become active, and the one that is to become passive. */
export function candidateOf(facts: DiscoveryFacts): { candidate: Fact<Service>; current: Fact<Service> } {
  const { target } = moves[facts.move ?? 'switchback'];
  return { candidate: facts[target], current: facts[otherSide(target)] };
}

/** `pg-a is active/RUNNING`, for people. */
export function said(service: ServiceObservation): string {
  return `${service.service} is ${service.readable ? service.summary : `unreadable (${service.why})`}`;
}

export function missingNodes({ serviceName, nodeCount, nodeStates }: Service): string[] {
  if (nodeCount === undefined || nodeCount === nodeStates.length) return [];
  return [`${serviceName} shows ${nodeStates.length} of ${nodeCount} nodes`];
}

/** Compares the candidate with the service that is to become passive; both must have been read. */
export function compare(
  facts: DiscoveryFacts,
  look: (candidate: Service, current: Service) => Omit<Answer, 'evidence'>,
): Answer {
  const { candidate, current } = candidateOf(facts);
  if (!candidate.ok || !current.ok) return unread(candidate, current);
  return { ...look(candidate.value, current.value), evidence: [candidate, current] };
}

/** What stops counts more than what does not; what is known counts more than what is not. */
export function worst(findings: readonly Finding[], severityOfUnknown: Severity): Finding {
  const order: Record<Finding, number> = {
    block: 6,
    ack: 4,
    warn: 2,
    pass: 0,
    unknown: { block: 5, ack: 3, warn: 1 }[severityOfUnknown],
  };
  return findings.reduce((worse, finding) => (order[finding] > order[worse] ? finding : worse), 'pass');
}

/** At most three of a list, and how many more there are. */
export function few(items: readonly string[]): string {
  const more = items.length - 3;
  return items.slice(0, 3).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
