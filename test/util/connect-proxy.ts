import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ConnectProxy {
  url: string;
  /** What it was asked to connect to, in order, and with which credentials. */
  asked: { target: string; authorization: string | undefined }[];
  close(): Promise<void>;
}

/**
 * A real HTTP CONNECT proxy on loopback. Every name leads to this machine.
 *
 * @param onReply called with the first bytes that come back, and the socket of the one who asked; false drops them
 */
export async function connectProxy(onReply: (client: Socket) => boolean = () => true): Promise<ConnectProxy> {
  const asked: ConnectProxy['asked'] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    asked.push({ target: url, authorization: headers['proxy-authorization'] });
    const upstream = connect(Number(url.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(upstream);
    });
    upstream.on('data', (chunk) => {
      if (onReply(client)) client.write(chunk);
      else client.destroy();
    });
    upstream.on('end', () => client.end());
    upstream.on('error', () => client.destroy());
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
