import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SwitchbackError } from '../contract/errors';

/** How long the server of an earlier, killed command may take to end. */
const PREDECESSOR_MS = 15_000;
const LOOK_AGAIN_MS = 100;
const HAS_PROC = existsSync('/proc/self/cmdline');

/** Two servers on one database file would work against each other, so a folder belongs to one command at a time. */
export interface FolderLock {
  /** Tells others where the server of the holder is. */
  announce(address: string): void;
  release(): void;
}

interface Holder {
  pid: number;
  /** To tell a process from another one that got its number later. */
  commandLine: string;
  address?: string;
}

/**
 * Takes the folder for this process, also from one that was killed, and waits for the end of its server.
 *
 * @throws SwitchbackError ALREADY_RUNNING when a living command has it, TEMPORAL_UNREACHABLE when a server stays.
 */
export async function lockFolder(folder: string, dbFilename: string): Promise<FolderLock> {
  const lockFile = join(folder, 'lock.json');
  const me: Holder = { pid: process.pid, commandLine: commandLineOf(process.pid) };
  acquire(lockFile, me);
  const release = () => {
    if (holderOf(lockFile)?.pid === me.pid) rmSync(lockFile, { force: true });
  };
  try {
    await serversGone(dbFilename);
  } catch (error) {
    release();
    throw error;
  }
  return {
    announce: (address) => writeFileSync(lockFile, JSON.stringify({ ...me, address })),
    release,
  };
}

function acquire(lockFile: string, me: Holder): void {
  // A link of a file already written: whoever sees the lock can read its holder.
  const mine = `${lockFile}.${me.pid}`;
  writeFileSync(mine, JSON.stringify(me));
  try {
    for (;;) {
      try {
        linkSync(mine, lockFile);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = holderOf(lockFile);
      if (holder !== undefined && lives(holder)) throw inUse(holder);
      rmSync(lockFile, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function inUse({ pid, address }: Holder): SwitchbackError {
  const look =
    address === undefined ? '' : ` Look at its run with \`TEMPORAL_ADDRESS=${address} switchback get …\`.`;
  return new SwitchbackError(
    'ALREADY_RUNNING',
    `Another command (process ${pid}) runs Temporal on this folder already.${look} End it first, or choose another folder with --embedded-dir.`,
  );
}

function holderOf(lockFile: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')) as Holder;
  } catch {
    return undefined; // gone a moment ago
  }
}

function lives({ pid, commandLine }: Holder): boolean {
  if (pid === process.pid) return false; // left by an earlier process of this number, as in a container
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return commandLineOf(pid) === commandLine;
}

/** Waits until no server works on the database; the one of a killed command ends by itself. */
async function serversGone(dbFilename: string): Promise<void> {
  for (const deadline = Date.now() + PREDECESSOR_MS; ; await delay(LOOK_AGAIN_MS)) {
    const [pid] = pidsOfServers(dbFilename);
    if (pid === undefined) return;
    if (Date.now() > deadline) {
      throw new SwitchbackError(
        'TEMPORAL_UNREACHABLE',
        `A Temporal server (process ${pid}) still works on ${dbFilename}. End it first.`,
      );
    }
  }
}

function pidsOfServers(dbFilename: string): number[] {
  return allPids().filter((pid) => {
    const commandLine = commandLineOf(pid);
    return commandLine.includes('start-dev') && commandLine.includes(` --db-filename ${dbFilename} `);
  });
}

function allPids(): number[] {
  const listed = HAS_PROC ? readdirSync('/proc') : ps('-axo', 'pid=').split('\n');
  return listed.map(Number).filter(Boolean);
}

/** Empty when there is no such process. */
function commandLineOf(pid: number): string {
  try {
    if (!HAS_PROC) return ps('-o', 'args=', '-p', String(pid)).trim();
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function ps(...args: string[]): string {
  return execFileSync('ps', args, { encoding: 'utf8' });
}
