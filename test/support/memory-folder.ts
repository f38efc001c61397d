import { readFileSync, statfsSync } from 'node:fs';

/** What labs that run side by side take at most, with room to spare. */
const LEAST_FREE = 4 * 2 ** 30;
const FOLDER = '/dev/shm';

/**
 * A folder in memory, where there is one with room that may hold programs: on a disk, most of what a pair of PostgreSQL
 * servers costs is copying its files.
 */
export function memoryFolder(): string | undefined {
  try {
    const [, type, options] =
      new RegExp(`^\\S+ ${FOLDER} (\\S+) (\\S+)`, 'm').exec(readFileSync('/proc/mounts', 'utf8')) ?? [];
    const { bavail, bsize } = statfsSync(FOLDER);
    const holdsPrograms = options?.split(',').includes('noexec') === false;
    return type === 'tmpfs' && holdsPrograms && bavail * bsize >= LEAST_FREE ? FOLDER : undefined;
  } catch {
    return undefined; // not Linux
  }
}
