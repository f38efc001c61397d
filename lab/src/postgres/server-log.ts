import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const KEPT_LINES = 20;

/** What a server process says on its standard error: its last lines, and a way to wait for the next ones. */
export class ServerLog {
  readonly #lines: string[] = [];
  readonly #events = new EventEmitter();
  #ended: string | undefined;

  constructor(process: ChildProcess, stderr: Readable) {
    createInterface({ input: stderr }).on('line', (line) => {
      this.#lines.push(line);
      if (this.#lines.length > KEPT_LINES) this.#lines.shift();
      this.#events.emit('line', line);
    });
    process.once('error', (error) => this.#end(error.message));
    process.once('close', () => this.#end('it ended'));
  }

  /** Resolves at the next line with that text; fails when the process ends first, or after `timeoutMs`. */
  next(text: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (problem?: string) => {
        clearTimeout(timer);
        this.#events.off('line', look).off('end', finish);
        if (problem === undefined) resolve();
        else reject(new Error(`Waited for '${text}', but ${problem}:\n${this.#lines.join('\n')}`));
      };
      const look = (line: string) => {
        if (line.includes(text)) finish();
      };
      const timer = setTimeout(finish, timeoutMs, `not within ${timeoutMs} ms`);
      this.#events.on('line', look).on('end', finish);
      if (this.#ended !== undefined) finish(this.#ended);
    });
  }

  #end(problem: string): void {
    this.#ended = problem;
    this.#events.emit('end', problem);
  }
}
