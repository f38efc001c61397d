import type { Side } from '../model';

/** Where something can be reached. */
export interface Address {
  host: string;
  port: number;
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
  /** Makes that side's server the one that takes writes, and the other one stream from it. No-op if it is so already. */
  swap(to: Side): Promise<void>;
  /** Sends what connects to the shared address to that side from now on, and cuts the connections there are. */
  follow(side: Side): void;
  close(): Promise<void>;
}

/** Makes the backing of one pair; the primary takes writes at first. */
export interface BackingFactory {
  create(names: Record<Side, string>): Promise<Backing>;
  /** After every backing is closed. */
  close(): Promise<void>;
}
