import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchDisk } from '../../src/hosting/disk';
import { useScratchFolder } from '../support/scratch';

const scratch = useScratchFolder();

function mounted(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'switchback-test', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // only root may
  }
}

test('a disk that is full is said, and so is that it has room again', async () => {
  const folder = scratch();
  if (!mounted(folder)) {
    console.info('skipped: only root may mount a small disk');
    return;
  }
  const said: string[] = [];
  let heard = () => {};
  const next = () =>
    new Promise<void>((resolve) => {
      heard = resolve;
    });
  const unwatch = watchDisk(folder, (message) => {
    said.push(message);
    heard();
  });
  try {
    let told = next();
    writeFileSync(join(folder, 'big'), Buffer.alloc(15 * 1024 * 1024));
    await told;
    told = next();
    rmSync(join(folder, 'big'));
    await told;
    expect(said[0]).toMatch(/^The disk that holds .* is full \(\d+ kB left\): Temporal cannot write/);
    expect(said[1]).toContain('has room again');
  } finally {
    unwatch();
    execFileSync('umount', [folder]);
  }
});
