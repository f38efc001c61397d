import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** An address on loopback that leads to one server at a time, as a shared DNS name does. */
export class TcpEndpoint {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #target: number | undefined;

  private constructor() {
    this.#server = createServer((client) => this.#forward(client));
  }

  static async listen(): Promise<TcpEndpoint> {
    const endpoint = new TcpEndpoint();
    endpoint.#server.listen(0, '127.0.0.1');
    await once(endpoint.#server, 'listening');
    return endpoint;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  /** Sends new connections to that port on loopback; those to another one are cut. */
  pointTo(port: number): void {
    if (port === this.#target) return;
    this.#target = port;
    this.#cut();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#cut();
    await closed;
  }

  #cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #forward(client: Socket): void {
    if (this.#target === undefined) {
      client.destroy();
      return;
    }
    const server = connect(this.#target, '127.0.0.1');
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#open.add(socket);
      socket.setNoDelay(true);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#open.delete(socket);
        other.destroy();
      });
    }
  }
}
