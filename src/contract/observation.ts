/** Which of the two API forms is spoken for a pair. See docs/aiven-api.md. */
export type Dialect = 'role' | 'promote-to-master';

/** The two services, for good, and how to speak about them. */
export interface Pair {
  project: string;
  primary: string;
  recovery: string;
  dialect: Dialect;
}

/** One of the two services of a pair, by what it is for good. */
export type Side = 'primary' | 'recovery';

/**
 * The role a service holds now. `changing` is the promote-to-master dialect's Rebuilding or Rebalancing, which
 * stands in the place of a role; `absent` and `unknown` are facts about the reply, never read as a role.
 */
export type Role = 'active' | 'passive' | 'failed' | 'changing' | 'absent' | 'unknown';

/** Aiven's service states; `unknown` is any other text. */
export type ServiceState = 'RUNNING' | 'REBUILDING' | 'REBALANCING' | 'POWEROFF' | 'unknown';

/** What one read said about one service. */
export type ServiceObservation = ReadService | UnreadService;

export interface ReadService {
  readable: true;
  service: string;
  /** When the reply arrived, ISO 8601. */
  at: string;
  role: Role;
  state: ServiceState;
  /** True when `state` is RUNNING and every node is `running`. */
  settled: boolean;
  /** For people: `active/RUNNING`, with the API's own words and any node that is not running. */
  summary: string;
  /** The other end of each `disaster_recovery` integration: its name, or `project/name` in another project. */
  peers: string[];
  /** Of the node that catches up; absent when none does, or the API does not tell. */
  progress?: NodeProgress;
  /** The API's own id of the request that said so, when it gave one. */
  requestId?: string;
  /** The API's `update_time`, to notice that somebody changed the service. */
  updatedAt: string;
}

/** How far a node is. */
export interface NodeProgress {
  /** `prepare`, `basebackup`, `stream`, … */
  phase: string;
  /** Of the phase: 0 to 1. */
  share: number;
}

export interface UnreadService {
  readable: false;
  service: string;
  at: string;
  /** One sentence: why nothing is known about this service now. */
  why: string;
  /** The API says that this service does not exist (404), which no retry mends by itself. */
  gone: boolean;
}

export interface PairObservation {
  primary: ServiceObservation;
  recovery: ServiceObservation;
}

/** What two observations mean together. The table is in rules/situation.ts. */
export type Situation =
  | 'recovery-active'
  | 'primary-active'
  | 'moving'
  | 'both-active'
  | 'none-active'
  | 'failed-over'
  | 'primary-failed'
  | 'recovery-failed'
  | 'not-a-pair'
  | 'unreadable';

/** A situation to bring a pair to. */
export type Goal = Extract<Situation, 'primary-active' | 'recovery-active' | 'failed-over'>;

/** One line for people: `primary pg-a active/REBUILDING, recovery pg-b passive/RUNNING`. */
export function describePair(observed: PairObservation): string {
  return `primary ${describeService(observed.primary)}, recovery ${describeService(observed.recovery)}`;
}

export function describeService(observed: ServiceObservation): string {
  return `${observed.service} ${observed.readable ? observed.summary : `unreadable (${observed.why})`}`;
}

export function otherSide(side: Side): Side {
  return side === 'primary' ? 'recovery' : 'primary';
}
