import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 20;

/** Asks again and again until the answer is true; fails after `timeoutMs`, in the words of `what`. */
export async function until(
  question: () => boolean | Promise<boolean>,
  timeoutMs: number,
  what = 'it did not happen',
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await question())) {
    if (Date.now() > deadline) throw new Error(`${what} within ${timeoutMs} ms`);
    await delay(INTERVAL_MS);
  }
}
