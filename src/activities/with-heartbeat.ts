import { cancellationSignal, heartbeat } from '@temporalio/activity';

/** Well within the heartbeat time-out: a request that hangs is longer than that, and no sign of a dead worker. */
const BEAT_MS = 2_000;

/**
 * Does work that waits, and heartbeats how far it is meanwhile.
 *
 * @param progress what to say, asked for at each beat.
 * @param stopping fires when the worker is told to stop.
 * @param work gets a signal that fires when the run cancels the activity, or when the worker stops: the next attempt
 * goes on from what was said last.
 */
export async function withHeartbeat<T>(
  progress: () => unknown,
  stopping: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const beats = setInterval(() => heartbeat(progress()), BEAT_MS);
  try {
    return await work(AbortSignal.any([cancellationSignal(), stopping]));
  } finally {
    clearInterval(beats);
  }
}

/** Does work that reads, and heartbeats meanwhile: a request that hangs is no sign of a dead worker. */
export async function alive<T>(work: () => Promise<T>): Promise<T> {
  const beats = setInterval(() => heartbeat(), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beats);
  }
}
