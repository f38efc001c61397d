import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findExecutable } from './on-path';

const CACHE = join(__dirname, '..', '..', '.cache', 'promtool');
const CACHED = join(CACHE, 'promtool');

/** Prometheus' own tool for checking what is meant for it, or why there is none. */
export type Promtool = { path: string } | { missing: string };

/**
 * Looks for promtool: what PROMTOOL_PATH names, one on the PATH, the project's copy; or takes it out of Debian's package
 * `prometheus`, which is fetched and not installed. At once, since it decides which tests there are.
 */
export function findPromtool(): Promtool {
  const { PROMTOOL_PATH } = process.env;
  if (PROMTOOL_PATH) return { path: PROMTOOL_PATH };
  const found = findExecutable('promtool', CACHED);
  if (found !== undefined) return { path: found };
  try {
    return { path: fromDebian() };
  } catch (error) {
    const [why] = String(error instanceof Error ? error.message : error).split('\n');
    return { missing: `set PROMTOOL_PATH, or install Prometheus (${why})` };
  }
}

/** Runs it, with standard input; both outputs as one text. */
export function runPromtool(
  path: string,
  args: readonly string[],
  input = '',
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(path, args, { input, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

function fromDebian(): string {
  mkdirSync(CACHE, { recursive: true });
  const scratch = mkdtempSync(join(CACHE, 'incoming-'));
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, { cwd: scratch, stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 });
  try {
    run('apt-get', ['download', 'prometheus']);
    const [package_ = ''] = readdirSync(scratch);
    run('dpkg-deb', ['-x', package_, 'content']);
    const taken = join(scratch, 'promtool');
    copyFileSync(join(scratch, 'content', 'usr', 'bin', 'promtool'), taken);
    // By a rename, so that another test never sees half a file.
    renameSync(taken, CACHED);
    return CACHED;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
