import { setTimeout } from 'node:timers/promises';

/** Ends early with the reason of the signal. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {
    throw signal.reason;
  });
}
