import type { Side } from './observation';

/** Whether PostgreSQL itself confirms what the API says. */
export interface Proof {
  /** `proven`: every step holds. `refuted`: one was seen not to hold. `unproven`: one could not be looked at. */
  verdict: 'proven' | 'refuted' | 'unproven';
  at: string;
  steps: ProofStep[];
}

/** One thing that was asked of PostgreSQL. */
export interface ProofStep {
  id: ProofStepId;
  /** For people: `pg-a takes writes`. */
  title: string;
  verdict: 'pass' | 'fail' | 'unknown';
  observed: string;
  at: string;
}

export type ProofStepId =
  | 'write-through-service-uri'
  | 'active-is-writable'
  | 'passive-is-standby'
  | 'timeline-advanced'
  | 'arrived-on-passive'
  | 'second-write';

/** Where the name of the Service URI leads, as each resolver has it. */
export interface EndpointReport {
  /** The host name of the Service URI. */
  name: string;
  /** True when every address of every resolver lands on the active side and takes writes. */
  agreed: boolean;
  /** Why nothing can be said of the rest: the worker's own access was refused. Then nothing speaks against agreement. */
  notLookedAt?: string;
  at: string;
  resolvers: ResolverView[];
  /** Client sessions that are still open on the side that is passive now; absent when it could not be counted. */
  sessionsOnOldSide?: number;
}

export interface ResolverView {
  /** `system`, or the address of a DNS server. */
  resolver: string;
  addresses: Landing[];
  /** Why the name could not be resolved. */
  problem?: string;
}

/** Where one address leads. */
export interface Landing {
  address: string;
  /** `unreachable` when no session could be opened; `neither` when it is a server outside the pair. */
  lands: Side | 'neither' | 'unreachable';
  writable: boolean;
  /** What was seen, for people. */
  observed: string;
}

/** A client session that stayed on the side that is passive now. */
export interface OldSession {
  /** `application_name`; empty where the client gave none. */
  application: string;
  /** Its address, or `local`. */
  address: string;
}

/** What became of the client sessions on the side that is passive now; of each list the 20 largest groups. */
export interface OldSessions {
  at: string;
  ended: (OldSession & { count: number })[];
  /** The worker's role may not end them: it lacks `pg_signal_backend`. */
  refused: (OldSession & { count: number })[];
  /** A second later; absent when they could not be counted. */
  remaining?: number;
}

/** `system: 203.0.113.7 lands on the recovery side, read-only; 10.0.0.2: …`: who does not see the active side. */
export function describeDisagreement({ resolvers }: EndpointReport, active: Side): string {
  const told = resolvers.flatMap(({ resolver, addresses, problem }) => {
    if (problem !== undefined) return [`${resolver}: ${problem}`];
    const off = addresses.filter(({ lands, writable }) => lands !== active || !writable);
    return off.map(({ address, observed }) => `${resolver}: ${address} ${observed}`);
  });
  return told.join('; ');
}
