import { getProxyForUrl } from 'proxy-from-env';

/** The proxy of the Temporal connection of a worker. */
export interface TemporalProxy {
  type: 'http-connect';
  targetHost: string;
  basicAuth?: { username: string; password: string };
}

/**
 * The proxy for a gRPC address, from the variables of this process; the command's connection finds it by itself, the
 * worker's must be told.
 *
 * @param address `HOST:PORT`.
 */
export function temporalProxyOf(address: string): TemporalProxy | undefined {
  const found = getProxyForUrl(`https://${address}`);
  if (found === '') return undefined;
  const { hostname, port, protocol, username, password } = new URL(found);
  const proxy: TemporalProxy = {
    type: 'http-connect',
    targetHost: `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`,
  };
  if (username === '') return proxy;
  const basicAuth = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { ...proxy, basicAuth };
}
