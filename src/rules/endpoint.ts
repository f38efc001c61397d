import type { Pair, Side } from '../contract/observation';
import type { EndpointReport, Landing } from '../contract/proof';
import { compact } from '../util/compact';
import { type Asked, describeRefusal, isAboutAccess, type Refusal } from './proof';

const NO_ROUTE = ['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/** What one look at the Service URI saw. */
export interface EndpointFacts {
  pair: Pair;
  /** The side that is to take writes. */
  active: Side;
  /** The host name of the Service URI. */
  name: string;
  /** Who each side is, by its own URI. */
  sides: Record<Side, Asked<string>>;
  resolvers: ResolverFacts[];
  sessionsOnOldSide: Asked<number | undefined>;
}

export interface ResolverFacts {
  resolver: string;
  addresses: Asked<LandingFacts[]>;
}

export interface LandingFacts {
  address: string;
  server: Asked<{ id: string; inRecovery: boolean; readOnly: boolean }>;
}

/** Where each address leads, and whether all of them lead to the active side. */
export function judgeEndpoint(facts: EndpointFacts, at: string): EndpointReport {
  const { name, sessionsOnOldSide: sessions } = facts;
  const resolvers = facts.resolvers.map(({ resolver, addresses: found }) => {
    if ('refusal' in found) return { resolver, addresses: [], problem: describeRefusal(found.refusal) };
    const addresses = routable(found.answer).map((landing) => judgeLanding(landing, facts));
    return { resolver, addresses, ...(addresses.length === 0 && { problem: `knows no address of ${name}` }) };
  });
  const agreed =
    resolvers.length > 0 &&
    resolvers.every(
      ({ addresses, problem }) =>
        problem === undefined && addresses.every((landing) => isAgreed(landing, facts)),
    );
  const count = 'answer' in sessions ? sessions.answer : undefined;
  const refusal = agreed ? undefined : accessRefusal(facts);
  const notLookedAt = refusal && describeRefusal(refusal);
  return { name, agreed, at, resolvers, ...compact({ notLookedAt, sessionsOnOldSide: count }) };
}

/** The refusal of our own access that hides where the Service URI leads; nothing, where something else is the matter. */
function accessRefusal(facts: EndpointFacts): Refusal | undefined {
  const refusals = facts.resolvers.flatMap(({ addresses }) => {
    if ('refusal' in addresses || addresses.answer.length === 0) return [undefined];
    const astray = routable(addresses.answer).filter(
      (landing) => !isAgreed(judgeLanding(landing, facts), facts),
    );
    return astray.map(({ server }) => hiddenBy(server, facts));
  });
  return refusals.includes(undefined) ? undefined : refusals[0];
}

function hiddenBy(server: LandingFacts['server'], facts: EndpointFacts): Refusal | undefined {
  if ('refusal' in server) return isAboutAccess(server.refusal) ? server.refusal : undefined;
  const { id, inRecovery, readOnly } = server.answer;
  if (inRecovery || readOnly || sideOf(id, facts) !== undefined) return undefined;
  const asked = facts.sides[facts.active];
  return 'refusal' in asked && isAboutAccess(asked.refusal) ? asked.refusal : undefined;
}

function isAgreed({ lands, writable }: Landing, { active }: EndpointFacts): boolean {
  return lands === active && writable;
}

/**
 * Without the addresses that this machine has no route to, such as IPv6 ones where there is only IPv4: clients pass over
 * them too. When there is no route to any, all of them count.
 */
function routable(landings: LandingFacts[]): LandingFacts[] {
  const reached = landings.filter(
    ({ server }) => !('refusal' in server && NO_ROUTE.includes(server.refusal.code)),
  );
  return reached.length > 0 ? reached : landings;
}

/** When nothing could be looked at. */
export function unseenEndpoint(why: string, at: string): EndpointReport {
  return { name: '', agreed: false, at, resolvers: [{ resolver: 'system', addresses: [], problem: why }] };
}

function judgeLanding({ address, server }: LandingFacts, facts: EndpointFacts): Landing {
  if ('refusal' in server) {
    const observed = `cannot be reached: ${describeRefusal(server.refusal)}`;
    return { address, lands: 'unreachable', writable: false, observed };
  }
  const { id, inRecovery, readOnly } = server.answer;
  const writable = !inRecovery && !readOnly;
  const side = sideOf(id, facts);
  if (side === undefined) return { address, lands: 'neither', writable, observed: whyNeither(facts) };
  const state = inRecovery ? 'in recovery' : readOnly ? 'read-only' : 'takes writes';
  return { address, lands: side, writable, observed: `lands on ${facts.pair[side]}, ${state}` };
}

function sideOf(id: string, { sides }: EndpointFacts): Side | undefined {
  if (isOneServer(sides)) return undefined;
  return (['primary', 'recovery'] as const).find((side) => answerOf(sides[side]) === id);
}

function whyNeither({ pair, sides }: EndpointFacts): string {
  if (isOneServer(sides)) return 'not known: the own URIs of both services lead to one server';
  const unasked = (['primary', 'recovery'] as const).flatMap((side) => {
    const asked = sides[side];
    return 'refusal' in asked
      ? [`${pair[side]} could not be asked who it is: ${describeRefusal(asked.refusal)}`]
      : [];
  });
  const asked = (['primary', 'recovery'] as const).filter((side) => 'answer' in sides[side]);
  if (unasked.length === 0) return 'is neither of the two services';
  const not = asked.map((side) => `is not ${pair[side]}`);
  return [...not, ...unasked].join(', ');
}

function isOneServer({ primary, recovery }: EndpointFacts['sides']): boolean {
  return answerOf(primary) !== undefined && answerOf(primary) === answerOf(recovery);
}

function answerOf(asked: Asked<string>): string | undefined {
  return 'answer' in asked ? asked.answer : undefined;
}
