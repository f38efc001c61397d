import { setTimeout as delay } from 'node:timers/promises';
import { heartbeat } from '@temporalio/activity';
import type { Progress } from '../contract/activities';
import { PostgresError } from '../postgres';
import { limit } from '../util/limit';
import { withHeartbeat } from './with-heartbeat';

export interface Polling<T> {
  /** One look. It must end when its signal fires, and must not throw for what it sees. */
  look: (signal: AbortSignal) => Promise<T>;
  isEnough: (seen: T) => boolean;
  /** What was seen, in one line for people. */
  describe: (seen: T) => string;
  /** The pause between two looks, milliseconds. */
  pauseMs: number;
  /** A look is cut after this long, milliseconds. */
  lookLimitMs: number;
  /** The first look that ends after this long is returned whatever it saw, milliseconds. */
  reportAfterMs: number;
}

/**
 * Looks again and again, heartbeating what it saw last, until that is enough or it is time to report.
 *
 * @throws the reason of a cancellation, or of `stopping`: the worker is told to stop, and the next one begins anew.
 */
export async function pollUntil<T extends { at: string }>(
  { look, isEnough, describe, pauseMs, lookLimitMs, reportAfterMs }: Polling<T>,
  stopping: AbortSignal,
): Promise<T> {
  const startedAt = performance.now();
  let progress: Progress | undefined;
  const untilEnough = async (signal: AbortSignal) => {
    for (;;) {
      signal.throwIfAborted();
      const seen = await limited(lookLimitMs, signal, look);
      signal.throwIfAborted();
      if (isEnough(seen) || performance.now() - startedAt >= reportAfterMs) return seen;
      progress = { ...seen, observed: describe(seen) };
      heartbeat(progress);
      await delay(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  };
  return withHeartbeat(() => progress, stopping, untilEnough);
}

async function limited<T>(
  ms: number,
  caller: AbortSignal,
  look: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, end } = limit(ms, caller, new PostgresError(`not done within ${ms} ms`, 'timeout'));
  try {
    return await look(signal);
  } finally {
    end();
  }
}
