import { setMaxListeners } from 'node:events';

/** The time for a request is over. */
export class TimeIsUp extends Error {}

/** A signal that fires when the time is over, or when the caller's does. */
export interface Limit {
  readonly signal: AbortSignal;
  /** Lets go of the timer and of the caller's signal; to be called when the work is over. */
  end(): void;
}

/**
 * Joins a time limit and a signal. By hand: in Node 20 `AbortSignal.any` keeps every joined signal as long as the one
 * that it follows, which for an activity that looks again and again is for ever. Where both live equally long,
 * `AbortSignal.any` is right, as for an activity and the end of its worker; but an `AbortSignal.timeout` in it may be
 * collected as garbage, and then never fires.
 *
 * @param late the reason when the time is over.
 */
export function limit(ms: number, caller: AbortSignal | undefined, late: Error = new TimeIsUp()): Limit {
  const joined = new AbortController();
  // One for each request or session in it; all of them end.
  setMaxListeners(0, joined.signal, ...(caller === undefined ? [] : [caller]));
  const stop = () => joined.abort(caller?.reason);
  if (caller?.aborted) stop();
  caller?.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(() => joined.abort(late), ms);
  return {
    signal: joined.signal,
    end: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', stop);
    },
  };
}

/**
 * Runs something under a {@link limit}. Rejects at once, with {@link TimeIsUp} or the caller's reason, even while `run`
 * cannot be interrupted (undici does not look at a signal while it connects).
 */
export async function withinLimit<T>(
  limitMs: number,
  caller: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  caller?.throwIfAborted();
  const { signal, end } = limit(limitMs, caller);
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([run(signal), stopped]);
  } finally {
    end();
  }
}
