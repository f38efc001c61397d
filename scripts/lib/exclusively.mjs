import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs `work` while no other process does so under the same lock: two commands started side by side on a clean checkout
 * prepare it once. The lock is a listening socket, which the kernel takes back when its process is gone.
 */
export async function exclusively(name, work) {
  const lock = await take(placeOf(name));
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function placeOf(name) {
  const hash = createHash('sha256').update(name).digest();
  if (process.platform === 'linux') return { path: `\0switchback-${hash.toString('hex')}` };
  return { host: '127.0.0.1', port: 20_000 + (hash.readUInt32BE() % 10_000) };
}

async function take(place) {
  for (;;) {
    const server = createServer((socket) => socket.destroy());
    try {
      server.listen(place);
      await once(server, 'listening');
      return server;
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
      await delay(100);
    }
  }
}
