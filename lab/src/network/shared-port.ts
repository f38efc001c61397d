import type { Address } from '../backing/backing';
import type { Side } from '../model';
import type { SharedAddress } from './shared-address';
import { TcpEndpoint } from './tcp-endpoint';

/** One port on loopback for both sides: sessions are cut when it moves. */
export class SharedPort implements SharedAddress {
  readonly address: Address;
  readonly resolvers = [];

  private constructor(
    readonly endpoint: TcpEndpoint,
    readonly ports: Record<Side, number>,
  ) {
    this.address = { host: '127.0.0.1', port: endpoint.port };
  }

  static async open(ports: Record<Side, number>): Promise<SharedPort> {
    return new SharedPort(await TcpEndpoint.listen(), ports);
  }

  pointTo(side: Side): void {
    this.endpoint.pointTo(this.ports[side]);
  }

  async lookUp(): Promise<Address> {
    return this.address;
  }

  letResolverFollow(): void {
    throw new Error('This lab has no resolvers: it must be started with some');
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }
}
