import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exclusively } from './lib/exclusively.mjs';
import { execute } from './lib/execute.mjs';
import { isMain, ROOT } from './lib/project.mjs';

const OLDEST_NODE = [20, 19];

/** Makes sure that node_modules is what package-lock.json says, by `npm ci` if it is not. */
export async function ensureDeps() {
  assertNodeVersion(process.versions.node);
  if (isInstalled(ROOT)) return;
  await exclusively(join(ROOT, '.cache', 'install.lock'), () => {
    if (isInstalled(ROOT)) return;
    process.stderr.write('Installing dependencies …\n');
    const exitCode = execute('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund']);
    if (exitCode !== 0) throw new Error(`npm ci failed with exit code ${exitCode}; its reasons are above`);
  });
}

/** Throws unless node is recent enough. */
export function assertNodeVersion(version) {
  const [major, minor] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Error(`Node.js ${OLDEST_NODE.join('.')} or newer is needed, this is ${version}`);
}

/**
 * Whether what npm noted when it filled node_modules is what package-lock.json asks for. Optional packages may be
 * missing, for they are for other platforms; those that this project names itself may not.
 */
export function isInstalled(root) {
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  const locked = readPackages(join(root, 'package-lock.json'));
  if (installed === undefined || locked === undefined) return false;
  const ours = Object.keys(locked['']?.optionalDependencies ?? {}).map((name) => `node_modules/${name}`);
  return Object.entries(locked).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true; // the project itself
    const there = installed[path];
    if (there) return there.version === version && there.integrity === integrity;
    return optional === true && !ours.includes(path);
  });
}

function readPackages(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return undefined; // none, or one that an interrupted npm left
  }
}

if (isMain(import.meta.url)) {
  await ensureDeps().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
