import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether the process is alive; one that only waits to be reaped by its parent is not. */
export function isRunning(pid: number): boolean {
  const state = inspect(pid, 'stat');
  return state !== '' && !state.startsWith('Z');
}

/** The command line of a process. */
export function commandLine(pid: number): string {
  return inspect(pid, 'args');
}

/** Waits for the end of a process that is not ours, of which no event tells. */
export async function untilGone(pid: number): Promise<void> {
  while (isRunning(pid)) await delay(20);
}

function inspect(pid: number, column: string): string {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return ''; // ps fails when there is no such process
  }
}
