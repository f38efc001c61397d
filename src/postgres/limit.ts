import { PostgresError } from './error';

/**
 * Waits for `work` no longer than that, nor longer than until the signal fires. The work itself goes on: whoever began
 * it must end it.
 *
 * @throws PostgresError with `timeout`, with the signal's own reason or `aborted`; or whatever `work` threw.
 */
export async function within<T>(
  ms: number,
  what: string,
  work: Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      stop = () => reject(reasonOf(signal));
      work.then(resolve, reject);
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
      timer = setTimeout(() => reject(new PostgresError(`${what} within ${ms} ms`, 'timeout')), ms);
    });
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) signal?.removeEventListener('abort', stop);
  }
}

/** Why a signal fired. */
export function reasonOf(signal: AbortSignal | undefined): PostgresError {
  const reason: unknown = signal?.reason;
  if (reason instanceof PostgresError) return reason;
  return new PostgresError('it was stopped', 'aborted', { cause: reason });
}
