import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { testEnvironment } from '../support/environment';
import { built } from './build';
import { Output } from './output';

export type Env = Readonly<Record<string, string>>;

export interface Ended {
  /** The exit code; null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A program as a process, with nothing in its environment but what a test gives it. */
export class Program extends Output {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;

  constructor(file: string, args: readonly string[], env: Env, interpreter = process.execPath) {
    super();
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
    for (const stream of ['stdout', 'stderr'] as const)
      this.#child[stream]?.setEncoding('utf8').on('data', (text: string) => this.add(stream, text));
    this.ended = once(this.#child, 'close').then(([code, signal]) => {
      // The lab says its passwords to whoever starts it.
      this.close(!file.includes('lab'));
      return { code, signal, stdout: this.stdout, stderr: this.stderr } as Ended;
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the process did not start');
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
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
