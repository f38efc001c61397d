import { EventEmitter, once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { testEnvironment } from '../support/environment';

/** What a program has written so far. */
export class Output {
  stdout = '';
  stderr = '';
  #isClosed = false;
  readonly #news = new EventEmitter().setMaxListeners(0);

  get output(): string {
    return this.stdout + this.stderr;
  }

  /** Resolves when the output has it, and fails with the output when the program ends without. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found) return found;
      // Of a process that has ended there may be output that was not read yet.
      if (this.#isClosed) throw new Error(`ended without ${pattern}:\n${this.output}`);
      await once(this.#news, 'news');
    }
  }

  protected add(stream: 'stdout' | 'stderr', text: string): void {
    this[stream] += text;
    this.#news.emit('news');
  }

  /** There is no more. What is recorded is searched for secrets when all tests are over. */
  protected close(isRecorded = true): void {
    this.#isClosed = true;
    this.#news.emit('news');
    if (isRecorded) appendFileSync(join(testEnvironment.records(), 'output.log'), this.output);
  }
}
