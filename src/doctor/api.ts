import { request } from 'undici';
import { formatDuration } from '../contract/duration';
import { outgoing } from '../util/outgoing';
import { version } from '../version';
import { ask, type Finding, LIMIT_MS, type Question, skip } from './ask';
import { throughProxy, Unreachable } from './network';
import type { DoctorCheck } from './report';

const SLOW_MS = 2_000;
/**
 * A run compares the API's times with its own clock; the shortest time that it judges by is five minutes (a pair at
 * rest). A tenth of that is too much.
 */
const SKEW_FAIL_MS = 30_000;
/** A header has whole seconds, and a slow reply adds to them. */
const SKEW_WARN_MS = 5_000;

const REACHABLE: Question = {
  id: 'api-reachable',
  group: 'api',
  title: 'API',
  remedy: 'Check AIVEN_WEB_URL (without /v1), the network, name resolution and proxies; and status.aiven.io.',
};

const CLOCK: Question = {
  id: 'api-clock',
  group: 'api',
  title: 'clock',
  remedy: 'Let this machine keep its time by NTP: a run compares the times of the API with its own clock.',
};

/** Whether the API is where it should be, and whether its clock and ours agree. Sends no token. */
export async function reachApi(
  baseUrl: string | undefined,
): Promise<{ isThere: boolean; checks: DoctorCheck[] }> {
  if (baseUrl === undefined) return unasked('AIVEN_WEB_URL cannot be used');
  let clock: Finding | undefined;
  const dispatcher = outgoing(LIMIT_MS);
  const reachable = await ask(REACHABLE, async (signal) => {
    const began = Date.now();
    const { statusCode, headers, body } = await request(`${baseUrl.replace(/\/+$/, '')}/v1/me`, {
      headers: { accept: 'application/json', 'user-agent': `switchback/${version}` },
      dispatcher,
      signal,
    }).catch((error: unknown) => {
      throw new Unreachable(`${baseUrl}${throughProxy(baseUrl)}`, error);
    });
    const took = Date.now() - began;
    clock = judgeClock(headers.date, began + took / 2);
    const isApi = isReply(await body.json().catch(() => undefined));
    if (!isApi || ![200, 401, 403].includes(statusCode))
      return { verdict: 'fail', observed: `${baseUrl} answers ${statusCode}, not as the Aiven API does` };
    return {
      verdict: took > SLOW_MS ? 'warn' : 'ok',
      observed: `${baseUrl} answers within ${formatDuration(took)}${throughProxy(baseUrl)}`,
    };
  });
  await dispatcher.destroy();
  const isThere = reachable.verdict !== 'fail';
  const time = isThere ? clock : undefined;
  const agrees = time === undefined ? skip(CLOCK, 'the API tells no time') : await ask(CLOCK, () => time);
  return { isThere, checks: [reachable, agrees] };
}

function unasked(why: string): { isThere: false; checks: DoctorCheck[] } {
  return { isThere: false, checks: [skip(REACHABLE, why), skip(CLOCK, why)] };
}

/** Without a token the API still answers in JSON, with a message or with errors. */
function isReply(body: unknown): boolean {
  return (
    typeof body === 'object' && body !== null && ['user', 'message', 'errors'].some((field) => field in body)
  );
}

function judgeClock(header: string | string[] | undefined, here: number): Finding | undefined {
  const there = Date.parse(String(header));
  if (Number.isNaN(there)) return undefined;
  // The header was cut to the second.
  const skew = here - (there + 500);
  const off = Math.abs(skew);
  if (off <= SKEW_WARN_MS) return { verdict: 'ok', observed: 'agrees with that of the API' };
  return {
    verdict: off > SKEW_FAIL_MS ? 'fail' : 'warn',
    observed: `${formatDuration(off)} ${skew > 0 ? 'ahead of' : 'behind'} that of the API`,
  };
}
