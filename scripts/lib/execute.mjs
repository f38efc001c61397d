import { spawnSync } from 'node:child_process';
import { ROOT } from './project.mjs';

/**
 * Runs a command in the project's folder to its end and answers its exit code. Everything it prints goes to standard
 * error: standard output belongs to the command that this is only the preparation of.
 */
export function execute(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (error) throw error;
  return status ?? 1;
}
