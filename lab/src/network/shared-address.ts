import type { Address } from '../backing/backing';
import type { Side } from '../model';

/** The address that both services of a pair have in their Service URI, and that leads to one side at a time. */
export interface SharedAddress {
  readonly address: Address;
  /** From now on; whether sessions there are end is up to the kind of address. */
  pointTo(side: Side): void;
  /** Where an application that connects now ends up: the answer of a DNS server, if the address has a name. */
  lookUp(): Promise<Address>;
  /** The DNS servers that know it, by `host:port`. */
  readonly resolvers: readonly { address: string }[];
  /** Whether a DNS server, counted from 1, goes along. Turned on, it does so at once. */
  letResolverFollow(resolver: number, follows: boolean): void;
  close(): Promise<void>;
}
