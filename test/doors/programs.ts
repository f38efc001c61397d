import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { testEnvironment } from '../support/environment';
import { built } from './build';

export type Env = Readonly<Record<string, string>>;

export interface Ended {
  /** The exit code; null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A program as a process, with nothing in its environment but what a test gives it. */
export class Program {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #isClosed = false;
  #news = () => {};

  constructor(file: string, args: readonly string[], env: Env, interpreter = process.execPath) {
    const { PATH = '' } = process.env;
    this.#child = spawn(interpreter, [file, ...args], {
      env: {
        PATH,
        HOME: '/nonexistent',
        SWITCHBACK_EVIDENCE: join(testEnvironment.records(), 'evidence'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        this[stream] += text;
        this.#news();
      });
    }
    this.ended = once(this.#child, 'close').then(([code, signal]) => {
      this.#isClosed = true;
      this.#news();
      // The lab says its passwords to whoever starts it.
      if (!file.includes('lab')) appendFileSync(join(testEnvironment.records(), 'output.log'), this.output);
      return { code, signal, stdout: this.stdout, stderr: this.stderr } as Ended;
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the process did not start');
    return this.#child.pid;
  }

  get output(): string {
    return this.stdout + this.stderr;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves when the output has it, and fails with the output when the program ends without. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found) return found;
      // Of a process that has ended there may be output that was not read yet.
      if (this.#isClosed) throw new Error(`ended without ${pattern}:\n${this.output}`);
      await new Promise<void>((resolve) => {
        this.#news = resolve;
      });
    }
  }

  kill(signal: NodeJS.Signals): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }
}

/** Starts programs of dist/; what still runs after a test is ended. */
export function usePrograms(): (name: string, args: readonly string[], env: Env) => Program {
  // On a busy machine each program takes seconds to begin.
  jest.setTimeout(120_000);
  const started: Program[] = [];
  afterEach(async () => {
    const left = started.splice(0).filter(({ hasEnded }) => !hasEnded);
    await Promise.all(left.map((program) => program.kill('SIGKILL')));
  });
  return (name, args, env) => {
    const program = new Program(built(name), args, env);
    started.push(program);
    return program;
  };
}
