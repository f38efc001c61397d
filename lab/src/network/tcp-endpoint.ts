import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Throttle } from './throttle';

export interface TcpEndpointOptions {
  /** Loopback address (default 127.0.0.1). */
  host?: string;
  /** 0 takes a free one (default). */
  port?: number;
  /** Holds back what comes from the server; the other direction is free. */
  throttle?: Throttle;
}

/** An address on loopback that leads to one server at a time, as a shared DNS name does. */
export class TcpEndpoint {
  readonly #server: Server;
  readonly #throttle: Throttle | undefined;
  readonly #open = new Set<Socket>();
  #target: number | undefined;

  private constructor(throttle: Throttle | undefined) {
    this.#throttle = throttle;
    this.#server = createServer((client) => this.#forward(client));
  }

  static async listen({ host = '127.0.0.1', port = 0, throttle }: TcpEndpointOptions = {}) {
    const endpoint = new TcpEndpoint(throttle);
    endpoint.#server.listen({ host, port, exclusive: true });
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
    this.cut();
  }

  /** Ends every connection there is, and what is on its way in them is lost. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  #forward(client: Socket): void {
    if (this.#target === undefined) {
      client.destroy();
      return;
    }
    const server = connect(this.#target, '127.0.0.1');
    const heldBack = this.#throttle?.stream();
    client.pipe(server);
    if (heldBack) server.pipe(heldBack).pipe(client);
    else server.pipe(client);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#open.delete(socket);
        heldBack?.destroy();
        other.destroy();
      });
    }
  }
}
