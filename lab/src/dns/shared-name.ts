import { Resolver } from 'node:dns/promises';
import type { Address } from '../backing/backing';
import type { Side } from '../model';
import type { SharedAddress } from '../network/shared-address';
import type { DnsServer } from './dns-server';

const LOOK_UP_MS = 1000;

/** A name that DNS servers know; sessions that are open go on when it moves, as they would anywhere. */
export class SharedName implements SharedAddress {
  readonly #addresses: Record<Side, Address>;
  readonly #servers: { dns: DnsServer; follows: boolean }[];
  #side: Side = 'primary';

  /** Both sides must be on the same port, for DNS tells none. */
  constructor(
    readonly name: string,
    addresses: Record<Side, Address>,
    servers: readonly DnsServer[],
  ) {
    this.#addresses = addresses;
    this.#servers = servers.map((dns) => ({ dns, follows: true }));
  }

  get address(): Address {
    return { host: this.name, port: this.#addresses.primary.port };
  }

  get resolvers(): { address: string }[] {
    return this.#servers.map(({ dns }) => ({ address: dns.address }));
  }

  pointTo(side: Side): void {
    this.#side = side;
    for (const { dns, follows } of this.#servers) if (follows) this.#tell(dns);
  }

  async lookUp(): Promise<Address> {
    const resolver = new Resolver({ timeout: LOOK_UP_MS, tries: 2 });
    resolver.setServers(this.#servers.slice(0, 1).map(({ dns }) => dns.address));
    const [host = this.name] = await resolver.resolve4(this.name);
    return { ...this.address, host };
  }

  letResolverFollow(resolver: number, follows: boolean): void {
    const server = this.#servers[resolver - 1];
    if (!server) throw new Error(`There is no resolver ${resolver}, only ${this.#servers.length}`);
    server.follows = follows;
    if (follows) this.#tell(server.dns);
  }

  async close(): Promise<void> {
    // The servers are the lab's, and serve other names too.
  }

  #tell(dns: DnsServer): void {
    dns.set(this.name, this.#addresses[this.#side].host);
  }
}
