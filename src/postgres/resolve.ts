import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { toPostgresError } from './error';
import { within } from './limit';

/** The resolver of the machine: its hosts file, its search list, its name servers. */
export const SYSTEM = 'system';
const TIMEOUT_MS = 3_000;
const SHARE_OF_A_QUESTION = 0.6;

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

const asking = new Map<string, Promise<string[]>>();

/**
 * The machine answers on one of four threads that all lookups and file reads of the process share, and cannot be told to
 * stop: a name that hangs must not be asked for again meanwhile, or the API's own name would have to wait behind it.
 */
function askSystem(host: string): Promise<string[]> {
  const known = asking.get(host);
  if (known !== undefined) return known;
  const answer = lookup(host, { all: true })
    .then((found) => found.map(({ address }) => address))
    .finally(() => asking.delete(host));
  asking.set(host, answer);
  return answer;
}

/**
 * Asked afresh: a server's own cache is the only one between us and the truth it tells its clients. One that is silent
 * about one kind of address is believed about the other.
 */
async function askServer(
  host: string,
  server: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers([server]);
  const limited = (answer: Promise<string[]>) =>
    within(timeoutMs * SHARE_OF_A_QUESTION, `${server} did not resolve ${host}`, answer, signal);
  try {
    const [v4, v6] = await Promise.allSettled([
      limited(resolver.resolve4(host)),
      limited(resolver.resolve6(host)),
    ]);
    const found = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length === 0 && v4.status === 'rejected') throw v4.reason;
    return found;
  } finally {
    resolver.cancel();
  }
}
