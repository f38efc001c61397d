import type { LostRows } from './backing/backing';
import type { Change } from './changes';
import type { Fault, FaultInput } from './faults';
import type { Load, LoadOptions } from './load/load';
import type { Dialect, Role, ServiceState, Side } from './model';
import type { Overrides } from './overrides';
import type { RequestEntry } from './request-log';
import type { Behaviour } from './timeline';

/** A pair of services, by their side names for good. */
export interface LabPair {
  readonly primary: string;
  readonly recovery: string;
  /** Follows the active service. Undefined, like the other two, without PostgreSQL behind. */
  readonly serviceUri: string | undefined;
  readonly primaryUri: string | undefined;
  readonly recoveryUri: string | undefined;
  /** Host name and port of `serviceUri`; with resolvers the name is one that only they know. */
  readonly sharedHost: { name: string; port: number } | undefined;
  /** DNS servers that know the shared name, by `host:port` over UDP; empty unless the lab was started with some. */
  readonly resolvers: readonly { address: string }[];
  /** The role that `deploy/database.sql` makes, in database `defaultdb`; undefined without PostgreSQL behind. */
  readonly probe: { user: string; password: string } | undefined;
  /** What both services are now, before any override. */
  status(): PairStatus;
  /** Makes the recovery service active as another actor would, and waits for the end of it. */
  switchover(): Promise<void>;
  /** Makes the primary service active as another actor would, and waits for the end of it. */
  switchback(): Promise<void>;
  /** Resolves when no role change is under way. */
  settled(): Promise<void>;
  /** Shapes the next role change. */
  behave(behaviour: Behaviour): void;
  /** Changes what a service is. */
  set(side: Side, status: { role?: Role; state?: ServiceState }): void;
  /** Changes how the API shows a service. */
  override(side: Side, overrides: Overrides): void;
  /** The API answers 404 for the service. */
  vanish(side: Side): void;
  /** Takes back overrides and vanishing of both services. */
  restore(): void;
  /** Requests to the API about either service, oldest first. */
  requests(): RequestEntry[];
  /** As the superuser, in `defaultdb`, on that side's own server. */
  query(side: Side, sql: string): Promise<Record<string, unknown>[]>;
  /**
   * The rows of `switchback.probe` that the last role change with `loseRows` really lost: they were on the old side
   * when it died and are not on the new one. Waits for a role change under way; none lost, if there was no such one.
   */
  lostRows(): Promise<LostRows>;
  /** Begins to write numbered rows through `serviceUri`; one load per pair at a time. */
  startLoad(options?: LoadOptions): Promise<Load>;
  /** The load that was started and not stopped. */
  readonly load: Load | undefined;
}

export interface PairStatus {
  primary: { service: string; role: Role; state: ServiceState };
  recovery: { service: string; role: Role; state: ServiceState };
}

export interface Lab {
  readonly baseUrl: string;
  readonly token: string;
  readonly project: string;
  readonly dialect: Dialect;
  readonly pairs: LabPair[];
  /** Every request to the API so far, oldest first; of one service, if named. */
  requests(service?: string): RequestEntry[];
  clearRequests(): void;
  addFault(fault: FaultInput): Fault;
  /** Those that can still meet a request. */
  faults(): Fault[];
  /** All of them, or the one with that id. */
  clearFaults(id?: number): void;
  /**
   * Makes something happen now. What is only the lab's own state has changed when this returns; what PostgreSQL must do
   * has been done when the promise resolves.
   */
  apply(change: Change): Promise<void>;
  /** Stops the server and all of PostgreSQL, and removes every file. */
  close(): Promise<void>;
}
