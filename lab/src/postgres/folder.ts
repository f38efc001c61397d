import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod, lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until';

/** The owner's pid is in the name, so that it is on record from the very first moment. */
const NAME = /^switchback-lab-(\d+)-(\d+)-/;
const live = new Set<string>();

/** Makes a lab's own folder under the system's temporary one, readable for servers that run as another user. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `switchback-lab-${process.pid}-${startOf(process.pid)}-`));
  if (process.getuid?.() === 0) await chmod(folder, 0o711);
  if (live.size === 0) process.on('exit', removeLive);
  live.add(folder);
  return folder;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  live.delete(folder);
  if (live.size === 0) process.off('exit', removeLive);
}

/** Where a server's data lies inside a lab's folder. */
export function serversIn(folder: string): string {
  return join(folder, 'servers');
}

/** Ends the servers and removes the folders of labs that were killed: those whose owner is no more. */
export async function sweep(): Promise<void> {
  const names = await readdir(tmpdir());
  await Promise.all(
    names.map(async (name) => (await isLeftover(name)) && removeLeftover(join(tmpdir(), name))),
  );
}

async function isLeftover(name: string): Promise<boolean> {
  const [, pid, start] = NAME.exec(name) ?? [];
  if (pid === undefined || start === undefined) return false;
  const stat = await lstat(join(tmpdir(), name)).catch(() => undefined);
  const mine = stat?.isDirectory() && stat.uid === process.getuid?.();
  return mine === true && !(isAlive(Number(pid)) && startOf(Number(pid)) === Number(start));
}

async function removeLeftover(folder: string): Promise<void> {
  for (const pid of serverPids(folder)) {
    kill(pid, 'SIGQUIT');
    await until(() => !commandOf(pid).includes(folder), 5000).catch(() => kill(pid, 'SIGKILL'));
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** For a process that ends without closing its labs. */
function removeLive(): void {
  for (const folder of live) {
    for (const pid of serverPids(folder)) kill(pid, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Only processes that were started on this folder's data: a pid on file may belong to someone else by now. */
function serverPids(folder: string): number[] {
  return listOf(serversIn(folder))
    .map((name) => Number.parseInt(textOf(join(serversIn(folder), name, 'postmaster.pid')), 10))
    .filter((pid) => pid > 0 && isAlive(pid) && commandOf(pid).includes(folder));
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended by itself
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** When a process began, in the system's own unit; pids are used again, so the pid alone says little. 0 where unknown. */
function startOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 0);
}

function commandOf(pid: number): string {
  if (process.platform === 'linux') return textOf(`/proc/${pid}/cmdline`);
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
