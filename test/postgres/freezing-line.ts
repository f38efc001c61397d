import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that forwards nothing more, and cuts nothing, once a client has said that word. */
export class FreezingLine {
  readonly #sockets: Socket[] = [];

  private constructor(private readonly server: Server) {}

  static async to(uri: string | undefined, word: string): Promise<FreezingLine> {
    const { hostname, port } = new URL(String(uri));
    const server = createServer();
    const line = new FreezingLine(server);
    server.on('connection', (client) => {
      const target = connect(Number(port), hostname);
      let isFrozen = false;
      line.#sockets.push(client, target);
      client.on('data', (data) => {
        isFrozen ||= data.includes(word);
        if (!isFrozen) target.write(data);
      });
      target.on('data', (data) => void (isFrozen || client.write(data)));
      for (const socket of [client, target]) socket.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return line;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
