import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transformFile } from '@swc/core';
import { isRunning, untilGone } from '../support/processes';
import { useScratchFolder } from '../support/scratch';

const scratch = useScratchFolder();

test('what a process started ends with it, even by kill -9', async () => {
  const { parent, pid } = await startGuardedSleep();
  expect(isRunning(pid)).toBe(true);
  parent.kill('SIGKILL');
  await untilGone(pid);
});

/** A process that starts `sleep` and guards it with the watchdog. */
async function startGuardedSleep() {
  for (const name of ['watchdog', 'child-env']) {
    const source = join(__dirname, '..', '..', 'src', 'dev-server', `${name}.ts`);
    const { code } = await transformFile(source, {
      jsc: { parser: { syntax: 'typescript' } },
      module: { type: 'commonjs' },
    });
    await writeFile(join(scratch(), `${name}.js`), code);
  }
  const script = `
    const sleep = require('node:child_process').spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    require('./watchdog.js').endWithParent(sleep.pid);
    console.log(sleep.pid);`;
  const file = join(scratch(), 'guarded.cjs');
  await writeFile(file, script);
  const parent = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(parent.stdout, 'data');
  return { parent, pid: Number(String(line)) };
}
