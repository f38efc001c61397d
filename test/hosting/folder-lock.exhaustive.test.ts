import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { useBuild } from '../doors/build';
import { useScratchFolder } from '../support/scratch';

useBuild();
const scratch = useScratchFolder();
const LOCK = join(__dirname, '..', '..', 'dist', 'hosting', 'folder-lock.js');
const SCRIPT = `
const { lockFolder } = require(process.argv[1]);
process.stdin.once('data', () => lockFolder(process.argv[2], process.argv[2] + '/temporal.db').then(
  () => console.log('held'),
  (error) => { console.log(error.code, error.message); process.exit(); },
));
process.stdin.on('end', () => process.exit());
console.log('ready');
`;

/** A process that takes the lock when it is told to, and says what came of it. */
class Contender {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];

  constructor(folder: string) {
    this.#child = spawn(process.execPath, ['-e', SCRIPT, LOCK, folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.on('data', (chunk) => this.#lines.push(...String(chunk).trim().split('\n')));
  }

  async says(count: number): Promise<string> {
    while (this.#lines.length < count) await once(this.#child.stdout as NodeJS.ReadableStream, 'data');
    return this.#lines[count - 1] ?? '';
  }

  go(): void {
    this.#child.stdin?.write('go\n');
  }

  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }
}

test('a folder whose holder was killed is taken over by one of two, in each of 25 rounds', async () => {
  const folder = join(scratch(), 'state');
  mkdirSync(folder);
  let holder = new Contender(folder);
  await holder.says(1);
  holder.go();
  expect(await holder.says(2)).toBe('held');
  for (let round = 1; round <= 25; round += 1) {
    const both = [new Contender(folder), new Contender(folder)];
    await Promise.all(both.map((one) => one.says(1)));
    await holder.end('SIGKILL');
    for (const one of both) one.go();
    const said = await Promise.all(both.map((one) => one.says(2)));
    expect(said.filter((line) => line === 'held')).toHaveLength(1);
    const winner = both[said.indexOf('held')] as Contender;
    const loser = both[1 - said.indexOf('held')] as Contender;
    expect(said.find((line) => line !== 'held')).toContain(
      `ALREADY_RUNNING Another command (process ${winner.pid}) runs Temporal on this folder already.`,
    );
    await loser.end();
    holder = winner;
  }
  await holder.end();
});
