import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { faultOfCli, TEMPORAL_CLI_VERSION } from './pinned';

/** `.cache/temporal` in the project, seen alike from `src/` and from `dist/`. */
export const DEFAULT_CACHE_DIR = join(__dirname, '..', '..', '.cache', 'temporal');

/** Where the cached CLI is, or would be. */
export function cachedCli(cacheDir: string): string {
  return join(cacheDir, `temporal-${TEMPORAL_CLI_VERSION}`);
}

/**
 * Fills the cache by `obtain`, which puts the CLI anywhere in the scratch folder it is given and answers its path. What is
 * not the pinned file does not get there.
 * Scratch folder and rename lie in one file system: concurrent callers each see the whole file or none.
 */
export async function fillCache(
  cacheDir: string,
  obtain: (scratchDir: string) => Promise<string>,
): Promise<string> {
  await mkdir(cacheDir, { recursive: true });
  const scratchDir = await mkdtemp(join(cacheDir, 'incoming-'));
  try {
    const obtained = await obtain(scratchDir);
    const fault = await faultOfCli(obtained);
    if (fault !== undefined) throw new Error(fault);
    await chmod(obtained, 0o755);
    await rename(obtained, cachedCli(cacheDir));
    return cachedCli(cacheDir);
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
}
