import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { endWithParent } from '../../../dist/dev-server/watchdog';

/** A program of Node, with nothing in its environment but what it is given. */
export class Program {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when it has said `ready`. @throws Error when it ends before that */
  static async start(file: string, env: Record<string, string>, ready: RegExp): Promise<Program> {
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, [file], {
      env: { PATH, HOME: '/nonexistent', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.pid !== undefined) child.once('exit', endWithParent(child.pid));
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`${file} ended before it was ready: ${said.slice(-300)}`)));
      // It goes on being read, or the program would wait for its reader one day.
      child.stdout?.on('data', (chunk) => {
        if (said.length < 10_000) said += String(chunk);
        if (ready.test(said)) resolve();
      });
    });
    return new Program(child);
  }

  /** Resident memory now, and the most so far, MB; NaN where the system has no /proc. */
  memoryMb(): { now: number; most: number } {
    const kb = (name: string, text: string) =>
      Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1]) / 1_024;
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
      return { now: kb('VmRSS', status), most: kb('VmHWM', status) };
    } catch {
      return { now: Number.NaN, most: Number.NaN };
    }
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

/** A whole process, from its start to its end. @returns milliseconds; @throws Error unless it exits with 0 */
export async function timeOfProcess(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<number> {
  const { PATH = '' } = process.env;
  const begun = performance.now();
  const child = spawn(command, args, { env: { PATH, HOME: '/nonexistent', ...env }, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${code}`);
  return performance.now() - begun;
}
