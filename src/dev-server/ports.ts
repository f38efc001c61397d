import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** `count` different free TCP ports of `host`; all are held at once, so that no two are the same. */
export async function freePorts(count: number, host: string): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0, host)));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(close));
  return ports;
}

/** Rejects if someone listens on the port: their server would be mistaken for the one about to be started. */
export async function assertFree(port: number, host: string): Promise<void> {
  try {
    await close(await listen(port, host));
  } catch (error) {
    throw new Error(`Port ${port} of ${host} is taken: choose another, or stop what listens there`, {
      cause: error,
    });
  }
}

async function listen(port: number, host: string): Promise<Server> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}
