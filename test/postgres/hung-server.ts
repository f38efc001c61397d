import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Takes connections and never says anything. */
export class HungServer {
  readonly #open = new Set<Socket>();

  private constructor(readonly server: Server) {
    server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.resume();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#open.delete(socket);
        server.emit('left');
      });
    });
  }

  static async listen(): Promise<HungServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HungServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async connections(count: number): Promise<void> {
    while (this.#open.size < count) await once(this.server, 'connection');
  }

  async empty(): Promise<void> {
    while (this.#open.size > 0) await once(this.server, 'left');
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
  }
}

/** A port on loopback where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
