import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { toPostgresError } from './error';
import { within } from './limit';

/** The resolver of the machine: its hosts file, its search list, its name servers. */
export const SYSTEM = 'system';
const TIMEOUT_MS = 3_000;

export interface ResolveOptions {
  /** Default 3 s. */
  timeoutMs?: number;
  /** Ends the waiting. */
  signal?: AbortSignal | undefined;
}

/**
 * Every address that a name has now, as one resolver sees it; an address stands for itself.
 *
 * @param resolver {@link SYSTEM}, or a DNS server as `10.0.0.2` or `10.0.0.2:53`.
 * @throws PostgresError with the resolver's code (`ENOTFOUND`, `ETIMEOUT`, …), `timeout` or `aborted`.
 */
export async function resolve(
  host: string,
  resolver: string,
  { timeoutMs = TIMEOUT_MS, signal }: ResolveOptions = {},
): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const answer = resolver === SYSTEM ? askSystem(host) : askServer(host, resolver, timeoutMs, signal);
  try {
    return await within(timeoutMs, `${resolver} did not resolve ${host}`, answer, signal);
  } catch (error) {
    throw toPostgresError(error);
  }
}

async function askSystem(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

/** Asked afresh: a server's own cache is the only one between us and the truth it tells its clients. */
async function askServer(
  host: string,
  server: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers([server]);
  const cancel = () => resolver.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length === 0 && v4.status === 'rejected') throw v4.reason;
    return found;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
