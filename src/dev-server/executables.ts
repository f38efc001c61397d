import { type ExecException, execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { childEnv } from './child-env';

const execFileAsync = promisify(execFile);

/** The environment a search runs in; a plain object, so that tests can hand in their own. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Whether `path` is a file that this user may execute. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first executable called `name` in the folders of `env.PATH`. */
export function findOnPath(name: string, env: Env): string | undefined {
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Runs a program to its end, without our secrets in its environment; rejects with the last lines of what it printed. */
export async function run(path: string, args: string[], env: Env, timeoutMs: number): Promise<void> {
  try {
    await execFileAsync(path, args, { env: childEnv(env, [/^PIP_/]), timeout: timeoutMs });
  } catch (error) {
    throw new Error(reasonOf(error, timeoutMs), { cause: error });
  }
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const { message, stderr, killed } = error as ExecException;
  if (killed) return `took longer than ${timeoutMs / 1000} s`;
  const lines = (stderr ?? '').trim().split('\n').slice(-3).join(' | ');
  return lines || message;
}
