import type { Side } from '../model';

/** Where something can be reached. */
export interface Address {
  host: string;
  port: number;
}

/** How a role change goes for the servers. */
export interface RoleChange {
  /** See `Behaviour.loseRows`. */
  loseRows?: number | undefined;
  /** See `Behaviour.readOnly`. */
  readOnly?: boolean | undefined;
  /** Called when the promoted server takes over, before the other one is its standby. */
  promoted?: () => void;
}

/** What stands behind a pair's two services: real servers, or nothing but the role they would have. */
export interface Backing {
  /** `18.1`, as a server reports it. */
  readonly version: string;
  /** Of the user `avnadmin`, shared by both services. */
  readonly password: string;
  /** Each service's own address. */
  readonly addresses: Record<Side, Address>;
  /** Stands in for the Service URI that the two services share. */
  readonly shared: Address;
  /** Undefined without servers. */
  readonly data: PairData | undefined;
  /** Makes that side's server the one that takes writes, and the other one stream from it. No-op if it is so already. */
  swap(to: Side, how?: RoleChange): Promise<void>;
  /** That side's server dies and what it has is lost; the other one takes over with what it was sent. */
  fail(side: Side, how?: Pick<RoleChange, 'loseRows' | 'promoted'>): Promise<void>;
  /** Gives a side whose server died a copy of the other one, from which it streams. */
  rebuild(side: Side): Promise<void>;
  /** Makes the shared address lead to that side from now on. */
  follow(side: Side): void;
  /** Also while a role change is under way, which then fails. */
  close(): Promise<void>;
}

/** What can be done to the servers of a pair and to what is on them; a promise resolves when PostgreSQL says that it is so. */
export interface PairData {
  /** The role that `deploy/database.sql` makes. */
  readonly probe: { user: string; password: string };
  /** As the superuser, in `defaultdb`. */
  query(side: Side, sql: string): Promise<Row[]>;
  /** Where an application that connects to the shared address now ends up: a name is looked up afresh each time. */
  lookUpShared(): Promise<Address>;
  /** The side that takes writes. */
  readonly active: Side;
  pauseReplay(side: Side, paused: boolean): Promise<void>;
  /** Bytes per second of WAL into that side while it is the standby; undefined: no limit. */
  limitStream(into: Side, bytesPerSecond: number | undefined): void;
  setReadOnly(side: Side, on: boolean): Promise<void>;
  holdTransaction(side: Side, open: boolean): Promise<void>;
  /** Restarts with these settings, null taking one back; throws PostgreSQL's words, and all is as before, if it does not come up. */
  changeSettings(side: Side, settings: Record<string, string | null>): Promise<void>;
  offerExtension(side: Side, name: string, available: boolean): Promise<void>;
  /** The DNS servers that know the shared address, by `host:port`; empty if it has no name. */
  readonly resolvers: readonly { address: string }[];
  /** Whether a resolver, counted from 1, goes along with {@link Backing.follow}. */
  letResolverFollow(resolver: number, follows: boolean): void;
  lostRows(): Promise<LostRows>;
}

export type Row = Record<string, unknown>;

/** Rows of `switchback.probe` that a role change lost. */
export interface LostRows {
  count: number;
  /** In order of `seq`. */
  rows: ProbeRow[];
}

/** The primary key of `switchback.probe`. */
export interface ProbeRow {
  run_id: string;
  attempt: number;
  seq: number;
}

/** Makes the backing of one pair; the primary takes writes at first. */
export interface BackingFactory {
  create(names: Record<Side, string>): Promise<Backing>;
  /** After every backing is closed. */
  close(): Promise<void>;
}
