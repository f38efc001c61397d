import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Somebody does not answer. The message holds a code only: the text of an error could repeat a secret address. */
export class Unreachable extends Error {
  constructor(who: string, error: unknown) {
    const { code, name } = error as Partial<NodeJS.ErrnoException>;
    super(`${who} does not answer: ${code || name || 'unknown reason'}`);
    this.name = 'Unreachable';
  }
}

/**
 * Opens a connection to where a URL leads, with TLS for https, and closes it again. Nothing is sent.
 *
 * @throws Unreachable
 */
export function touch(url: string, signal: AbortSignal): Promise<void> {
  const { protocol, host, hostname, port } = new URL(url);
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  const isSecure = protocol === 'https:';
  const target = { host: name, port: Number(port || (isSecure ? 443 : 80)) };
  return new Promise((resolve, reject) => {
    const socket: Socket = isSecure
      ? connectTls({ ...target, ...(isIP(name) === 0 ? { servername: name } : {}) })
      : connect(target);
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    socket.once('error', (error) => reject(new Unreachable(host, error)));
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
