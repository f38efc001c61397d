import { closeSync, fstatSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const TAIL_BYTES = 65_536;
const TAIL_LINES = 12;

/** What a server prints: a file and not a pipe, so that a server that outlives us is not killed by a closed pipe. */
export interface Output {
  fd: number;
  /** The last few lines printed; of a panic the first few, since the reason comes before the stack. */
  tail(): string;
  close(): void;
}

/** Appends to `logFile`, or to a file without a name that disappears with its last reader. */
export function openOutput(logFile?: string): Output {
  const fd = logFile === undefined ? openAnonymous() : openNamed(logFile);
  return {
    fd,
    tail: () => {
      const { size } = fstatSync(fd);
      const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
      readSync(fd, buffer, 0, buffer.length, size - buffer.length);
      const lines = buffer.toString('utf8').trim().split('\n');
      const panic = lines.findIndex((line) => line.startsWith('panic:'));
      const from = panic === -1 ? Math.max(lines.length - TAIL_LINES, 0) : panic;
      return lines.slice(from, from + TAIL_LINES).join('\n');
    },
    close: () => closeSync(fd),
  };
}

function openNamed(logFile: string): number {
  mkdirSync(dirname(logFile), { recursive: true });
  return openSync(logFile, 'a+');
}

function openAnonymous(): number {
  const folder = mkdtempSync(join(tmpdir(), 'switchback-temporal-'));
  const fd = openSync(join(folder, 'output.log'), 'a+');
  rmSync(folder, { recursive: true });
  return fd;
}
