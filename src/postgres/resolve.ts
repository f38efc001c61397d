import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { PostgresError } from './error';

/** The resolver of the machine: its hosts file, its search list, its name servers. */
export const SYSTEM = 'system';
const TIMEOUT_MS = 3_000;

/**
 * Every address that a name has now, as one resolver sees it; an address stands for itself.
 *
 * @param resolver {@link SYSTEM}, or a DNS server as `10.0.0.2` or `10.0.0.2:53`.
 * @throws PostgresError with the resolver's code (`ENOTFOUND`, `ETIMEOUT`, …) or `timeout`.
 */
export async function resolve(host: string, resolver: string, timeoutMs = TIMEOUT_MS): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const answer = resolver === SYSTEM ? askSystem(host) : askServer(host, resolver, timeoutMs);
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const late = new PostgresError(`${resolver} did not resolve ${host} within ${timeoutMs} ms`, 'timeout');
    timer = setTimeout(reject, timeoutMs, late);
  });
  try {
    return await Promise.race([answer, limit]);
  } catch (error) {
    if (error instanceof PostgresError) throw error;
    const { message, code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new PostgresError(message, code, { cause: error });
  } finally {
    clearTimeout(timer);
    answer.catch(() => undefined); // nobody waits for it after the limit
  }
}

async function askSystem(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

/** Asked afresh: a server's own cache is the only one between us and the truth it tells its clients. */
async function askServer(host: string, server: string, timeoutMs: number): Promise<string[]> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers([server]);
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (found.length === 0 && v4.status === 'rejected') throw v4.reason;
  return found;
}
