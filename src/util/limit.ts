/** The time for a request is over. */
export class TimeIsUp extends Error {}

/**
 * Runs something with a time limit and the caller's signal joined into one signal. Rejects at once, with
 * {@link TimeIsUp} or the caller's reason, even while `run` cannot be interrupted (undici does not look at a
 * signal while it connects).
 */
export async function withinLimit<T>(
  limitMs: number,
  caller: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  caller?.throwIfAborted();
  // Joined by hand: AbortSignal.any would pile up listeners on a signal that lives as long as an activity.
  const joined = new AbortController();
  const onCallerAbort = () => joined.abort(caller?.reason);
  caller?.addEventListener('abort', onCallerAbort, { once: true });
  const timer = setTimeout(() => joined.abort(new TimeIsUp()), limitMs);
  const stopped = new Promise<never>((_, reject) => {
    joined.signal.addEventListener('abort', () => reject(joined.signal.reason), { once: true });
  });
  try {
    return await Promise.race([run(joined.signal), stopped]);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', onCallerAbort);
  }
}
