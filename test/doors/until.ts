import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 50;

/** What a busy machine stays below, and before jest cuts off whoever waits. */
const LIMIT_MS = 45_000;

/** The first answer that is not `undefined` or false; fails when there is none in time. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = LIMIT_MS,
): Promise<T> {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; await delay(LOOK_AGAIN_MS)) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
  }
  throw new Error(`not within ${limitMs / 1000} s: ${what}`);
}
