import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { connect, createServer, type ListenOptions, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { SwitchbackError } from '../contract/errors';

/** How long the server of an earlier, killed command may take to end. */
const PREDECESSOR_MS = 15_000;
const LOOK_AGAIN_MS = 100;
/** A holder answers at once, unless it stands still. */
const HOLDER_ANSWERS_MS = 2_000;
const HAS_PROC = existsSync('/proc/self/cmdline');

/** Two servers on one database file would work against each other, so a folder belongs to one command at a time. */
export interface FolderLock {
  /** Tells others where the server of the holder is. */
  announce(address: string): void;
  release(): void;
}

interface Holder {
  pid: number;
  address?: string;
}

/**
 * Takes the folder for this process, and waits for the end of the server of one that was killed. The lock is a listening
 * socket: the kernel grants it to one process, and takes it back when that is gone, however it went.
 *
 * @throws SwitchbackError ALREADY_RUNNING when a living command has it, TEMPORAL_UNREACHABLE when a server stays.
 */
export async function lockFolder(folder: string, dbFilename: string): Promise<FolderLock> {
  const me: Holder = { pid: process.pid };
  const lock = await listen(folder, me);
  try {
    await serversGone(dbFilename);
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    announce: (address) => {
      me.address = address;
    },
    release: () => lock.close(),
  };
}

async function listen(folder: string, me: Holder): Promise<Server> {
  const place = placeOf(folder);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(JSON.stringify(me));
  });
  try {
    server.listen(place);
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw inUse(await holderAt(place));
  }
  server.unref();
  return server;
}

/**
 * A socket name that only this folder has. Linux has names that are in no file system, so that nothing is left behind;
 * elsewhere it is a port of the loopback address, which another program may have by chance.
 */
function placeOf(folder: string): ListenOptions {
  const hash = createHash('sha256').update(realpathSync(folder)).digest();
  if (process.platform === 'linux') return { path: `\0switchback-${hash.toString('hex')}` };
  return { host: '127.0.0.1', port: 20_000 + (hash.readUInt32BE() % 10_000) };
}

async function holderAt(place: ListenOptions): Promise<Holder | undefined> {
  const socket = connect(place as { path: string });
  const timer = setTimeout(() => socket.destroy(), HOLDER_ANSWERS_MS);
  try {
    return JSON.parse(await text(socket)) as Holder;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function inUse({ pid, address }: Partial<Holder> = {}): SwitchbackError {
  const who = pid === undefined ? 'Another process' : `Another command (process ${pid})`;
  const look =
    address === undefined ? '' : ` Look at its run with \`TEMPORAL_ADDRESS=${address} switchback get …\`.`;
  return new SwitchbackError(
    'ALREADY_RUNNING',
    `${who} runs Temporal on this folder already.${look} End it first, or choose another folder with --embedded-dir.`,
  );
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
