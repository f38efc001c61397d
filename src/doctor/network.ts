import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { getProxyForUrl } from 'proxy-from-env';

/** Somebody does not answer. The message holds a code only: the text of an error could repeat a secret address. */
export class Unreachable extends Error {
  constructor(who: string, error: unknown) {
    const { code, name } = error as Partial<NodeJS.ErrnoException>;
    super(`${who} does not answer: ${code || name || 'unknown reason'}`);
    this.name = 'Unreachable';
  }
}

/** `, through the proxy proxy.example.com:3128`, for behind an address; empty where none is used. Holds no credentials. */
export function throughProxy(url: string): string {
  const proxy = getProxyForUrl(url);
  return proxy === '' ? '' : `, through the proxy ${new URL(proxy).host}`;
}

/**
 * Opens a connection to where a URL leads, with TLS for https, and closes it again: through the proxy that the
 * environment names for it. Nothing is sent.
 *
 * @throws Unreachable
 */
export async function touch(url: string, signal: AbortSignal): Promise<void> {
  const { protocol, host, hostname, port } = new URL(url);
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  const isSecure = protocol === 'https:';
  const target = { host: name, port: Number(port || (isSecure ? 443 : 80)) };
  try {
    const proxy = getProxyForUrl(url);
    const socket = proxy === '' ? connect(target) : await tunnel(new URL(proxy), target, signal);
    await opened(isSecure ? connectTls({ socket, ...serverName(name) }) : socket, isSecure, signal);
  } catch (error) {
    throw new Unreachable(`${host}${throughProxy(url)}`, error);
  }
}

/** An address has no name to be sent (RFC 6066), and is verified all the same. */
function serverName(name: string): { servername?: string; host: string } {
  return { host: name, ...(isIP(name) === 0 ? { servername: name } : {}) };
}

function opened(socket: Socket, isSecure: boolean, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => socket.destroy(signal.reason), { once: true });
    const done = () => {
      socket.destroy();
      resolve();
    };
    socket.once('error', reject);
    // A tunnel is open already.
    if (!isSecure && !socket.connecting) done();
    else socket.once(isSecure ? 'secureConnect' : 'connect', done);
  });
}

/** The socket behind a proxy's CONNECT. */
function tunnel(proxy: URL, target: { host: string; port: number }, signal: AbortSignal): Promise<Socket> {
  const { protocol, hostname, port, username, password } = proxy;
  const isSecure = protocol === 'https:';
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const authority = `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`;
  return new Promise((resolve, reject) => {
    const asked = (isSecure ? requestHttps : requestHttp)({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port || (isSecure ? 443 : 80)),
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...(username === '' ? {} : { 'proxy-authorization': authorization }) },
      signal,
    });
    asked.once('error', reject);
    asked.once('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) resolve(socket as Socket);
      else
        reject(Object.assign(new Error('the proxy refuses'), { code: `status ${statusCode} of the proxy` }));
    });
    asked.end();
  });
}
