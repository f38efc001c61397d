import type { AccessToken, Alert, DisasterRecovery, Me, Metrics, ProjectEvent, Service } from '../aiven';
import type { FreezeWindow } from '../contract/freeze';
import type { LagSample } from '../contract/lag';
import type { Move } from '../contract/procedure';
import type { DatabaseFacts, ServerRole } from '../postgres';

/** One thing that was asked of the API, or of a database: the answer, or why there is none. */
export type Fact<T> = ReadFact<T> | UnreadFact;

export interface ReadFact<T> extends Asked {
  ok: true;
  value: T;
}

interface Asked {
  request: string;
  at: string;
  /** The API's own id of the request, when it gave one. */
  requestId?: string;
}

export interface UnreadFact extends Asked {
  ok: false;
  /** One sentence. */
  why: string;
  /** HTTP status of the API's answer, when it answered. */
  status?: number;
}

/** What tells whether there is a pair, and which roles its services hold. */
export interface DiscoveryFacts {
  project: string;
  /** The service that the input calls the primary. */
  named: string;
  /** The recovery service: as found, or else as the input names it. */
  peer: string | undefined;
  /** What the run is about to do. Default: a switchback. */
  move?: Move;
  /** True when the input named both services. */
  confirmed: boolean;
  /** Whose token it is; absent where nobody needed to know. */
  me?: Fact<Me>;
  /** That they are told proves, too, that the token is accepted. */
  tokens?: Fact<readonly AccessToken[]>;
  primary: Fact<Service>;
  recovery: Fact<Service>;
  /** Only in the promote-to-master dialect. */
  disasterRecovery?: Fact<DisasterRecovery>;
}

/** Everything that the preconditions are judged by. */
export interface Facts extends DiscoveryFacts {
  /** The time of the judgement, ISO 8601, by the API's clock where that is known. */
  now: string;
  /** How far the API's clock is ahead of the worker's, in milliseconds. */
  clockOffsetMs?: number;
  /** How long the run may take from now on: what ends or begins within it concerns the run. */
  budgetMs: number;
  /** The newest {@link EVENTS_ASKED} of the project. */
  events: Fact<readonly ProjectEvent[]>;
  /** Of the whole project. */
  alerts: Fact<readonly Alert[]>;
  tokens: Fact<readonly AccessToken[]>;
  /** Of the candidate. */
  metrics: Fact<Metrics>;
  /** Of a failover: whether this worker may, and whether it is wanted although the primary is healthy. */
  failover?: { allowed: boolean; drill: boolean };
  /** The id of the lock that this run holds on the pair. */
  lock?: string;
  /** The freeze windows of this worker; absent when it has none. */
  freeze?: Fact<readonly FreezeWindow[]>;
  /** True where a freeze is for the record only. */
  passesFreeze?: boolean;
  /** What the databases say of themselves; absent when this worker has no access to them. */
  database?: PairDatabaseFacts;
}

export interface PairDatabaseFacts {
  primary: Fact<DatabaseFacts>;
  recovery: Fact<DatabaseFacts>;
  /** Whichever server the Service URI leads to. */
  service?: Fact<ServerRole>;
  /** At the lag between the two, taken after all the other facts; oldest first, none unless one of the two replays. */
  looks: readonly LagSample[];
}

/** A longer list of events would say more about a busy project only. */
export const EVENTS_ASKED = 100;
