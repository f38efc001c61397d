import { spawn } from 'node:child_process';
import { childEnv } from './child-env';

/**
 * Ends `pid` when this process is gone, however it went: the shell waits on a pipe that only this process holds open.
 * Answers a function that calls the watch off.
 */
export function endWithParent(pid: number): () => void {
  const shell = spawn('/bin/sh', ['-c', 'read _; kill "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: childEnv(process.env),
    detached: true,
  });
  shell.on('error', () => {}); // no shell, no watch: stop() is still the ordinary way
  shell.unref();
  if (shell.stdin && 'unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
  return () => shell.kill('SIGKILL');
}
