import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createProgram } from '../../src/cli/program';
import { createTerminal } from '../../src/cli/terminal';
import { Output } from '../doors/output';
import type { Ended, Env } from '../doors/programs';
import { testEnvironment } from '../support/environment';

/**
 * A call of the `switchback` command in this process: all of it but starter.ts, with nothing in its environment but what
 * a test gives it. What only a process shows (signals, a pipe, a terminal) is in process.test.ts.
 */
export class Call extends Output {
  readonly ended: Promise<Ended>;
  hasEnded = false;
  readonly #interrupt = new AbortController();

  /** @param columns of the terminal that it writes to; without them it writes to a pipe. */
  constructor(args: readonly string[], env: Env, columns?: number) {
    super();
    const write = (stream: 'stdout' | 'stderr') =>
      new Writable({
        decodeStrings: false,
        write: (text: string, _encoding, done) => {
          this.add(stream, text);
          done();
        },
      });
    const screen = columns === undefined ? {} : { isTTY: true, columns };
    const streams = { stdout: Object.assign(write('stdout'), screen), stderr: write('stderr') };
    const program = createProgram({
      env: {
        HOME: '/nonexistent',
        SWITCHBACK_EVIDENCE: join(testEnvironment.records(), 'evidence'),
        ...env,
      },
      terminal: createTerminal(streams),
      interrupted: this.#interrupt.signal,
    });
    this.ended = program.parse([...args]).then((code) => {
      this.hasEnded = true;
      this.close();
      return { code, signal: null, stdout: this.stdout, stderr: this.stderr };
    });
  }

  /** What the first Ctrl-C does. */
  interrupt(): Promise<Ended> {
    this.#interrupt.abort();
    return this.ended;
  }
}

/** Calls the command; what still runs after a test is interrupted. */
export function useCommands(): (args: readonly string[], env: Env, columns?: number) => Call {
  // On a busy machine a run takes seconds.
  jest.setTimeout(120_000);
  const made: Call[] = [];
  afterEach(async () => {
    await Promise.all(made.splice(0).map((call) => call.hasEnded || call.interrupt()));
  });
  return (args, env, columns) => {
    const call = new Call(args, env, columns);
    made.push(call);
    return call;
  };
}
