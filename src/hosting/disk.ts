import { statfs } from 'node:fs/promises';

const EVERY_MS = 5_000;
/** With less, the next page of the database may not fit. */
const LEAST_BYTES = 8 * 1024 * 1024;

/**
 * Says when the disk that holds the folder is full, and when it no longer is: a server that cannot write stands still and
 * says nothing to whoever watches a run.
 *
 * @returns ends the watch.
 */
export function watchDisk(folder: string, say: (message: string) => void): () => void {
  let isFull = false;
  const look = async () => {
    const { bavail, bsize } = await statfs(folder);
    const left = bavail * bsize;
    if (left < LEAST_BYTES !== isFull) {
      isFull = !isFull;
      say(
        isFull
          ? `The disk that holds ${folder} is full (${Math.floor(left / 1024)} kB left): Temporal cannot write, and the run stands still. Free some space. If the run does not go on then, end this command and start it again: nothing is lost.`
          : `The disk that holds ${folder} has room again.`,
      );
    }
  };
  // A look that fails says nothing about the room.
  const timer = setInterval(() => void look().catch(() => {}), EVERY_MS);
  void look().catch(() => {});
  timer.unref();
  return () => clearInterval(timer);
}
