import { once } from 'node:events';
import { connect } from 'node:net';
import { freePorts } from '../../src/dev-server/ports';
import { serveHealth } from '../../src/hosting/health/server';

test('a client that sends its request byte by byte, or never, does not keep a socket of the health server', async () => {
  const [port = 0] = await freePorts(1, '127.0.0.1');
  const server = await serveHealth(`127.0.0.1:${port}`, () => undefined, []);
  const silent = connect(port, '127.0.0.1');
  const slow = connect(port, '127.0.0.1');
  for (const socket of [silent, slow]) socket.on('error', () => {});
  slow.write('GET /healthz HTTP/1.1\r\nhost: x\r\n');
  const drip = setInterval(() => slow.write('a'), 200);
  // Closed by the server; without its limits this waits until jest gives up.
  await Promise.all([silent, slow].map((socket) => once(socket.resume(), 'close')));
  clearInterval(drip);
  server.close();
});
