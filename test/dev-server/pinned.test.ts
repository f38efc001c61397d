import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedCli, fillCache } from '../../src/dev-server/cache';
import { findTemporalCli } from '../../src/dev-server/find-cli';
import { faultOfCli } from '../../src/dev-server/pinned';
import { useScratchFolder, writeScript } from '../support/scratch';

const scratch = useScratchFolder();

test('a cached Temporal CLI that is not the pinned file is not run, and the message says why', async () => {
  const cacheDir = scratch();
  await writeScript(cachedCli(cacheDir), 'echo owned');
  // Nothing else can be found or fetched.
  const found = findTemporalCli({ cacheDir, env: { PATH: '' } });
  await expect(found).rejects.toThrow(
    /the project's cache: .* has the SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}: it is not run/,
  );
});

test('a download that is another file never gets into the cache', async () => {
  const cacheDir = join(scratch(), 'cache');
  const filled = fillCache(cacheDir, async (folder) => {
    const path = join(folder, 'temporal');
    await writeFile(path, 'something else');
    return path;
  });
  await expect(filled).rejects.toThrow('it is not run');
  expect(await faultOfCli(__filename, 'plan9-mips')).toContain('is pinned for plan9-mips');
});

test('one bit more is another file', async () => {
  const copy = join(scratch(), 'copy');
  await copyFile(__filename, copy);
  expect(await faultOfCli(copy)).toContain('it is not run');
});
