import { setTimeout as delay } from 'node:timers/promises';
import { withoutSecrets } from '../secrets';

/** One thing that must hold for a worker to be of use. */
export interface Check {
  name: string;
  /** What to do when it does not hold. */
  remedy: string;
  /** Answers what was seen. @throws what is wrong. */
  look(): Promise<string>;
}

export interface Answer {
  name: string;
  ok: boolean;
  /** What was seen, or what is wrong; never a secret. */
  detail: string;
  /** What to do about it; only when something is wrong. */
  remedy?: string;
}

const LIMIT_MS = 2_000;

/** Makes all checks at once; one that takes longer than 2 s does not hold. */
export function answersOf(checks: readonly Check[]): Promise<Answer[]> {
  return Promise.all(checks.map(answerOf));
}

async function answerOf({ name, remedy, look }: Check): Promise<Answer> {
  const done = new AbortController();
  const limit = delay(LIMIT_MS, undefined, { signal: done.signal }).then(() => {
    throw new Error(`no answer within ${LIMIT_MS / 1_000} s`);
  });
  try {
    return { name, ok: true, detail: withoutSecrets(await Promise.race([look(), limit])) };
  } catch (error) {
    const detail = withoutSecrets(error instanceof Error ? error.message : String(error));
    return { name, ok: false, detail, remedy };
  } finally {
    limit.catch(() => {});
    done.abort();
  }
}
