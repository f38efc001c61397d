// `npm run test:soak -- 10`: the standard tests so many times in a row, every second time with one core kept busy by
// something else. Prints a table at the end, and fails when one run failed.
import { spawnSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { ROOT } from './lib/project.mjs';

const rounds = Number(process.argv[2] ?? 10);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('Usage: npm run test:soak -- NUMBER');

const table = [];
for (let round = 1; round <= rounds; round += 1) {
  const isBusy = round % 2 === 0;
  const startedAt = Date.now();
  const { status } = spawnWith(isBusy);
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  table.push({ round, 'a core kept busy': isBusy, seconds, result: status === 0 ? 'passed' : 'FAILED' });
}
console.table(table);
process.exitCode = table.every(({ result }) => result === 'passed') ? 0 : 1;

function spawnWith(isBusy) {
  const busy = isBusy ? new Worker('for (;;);', { eval: true }) : undefined;
  try {
    return spawnSync(process.execPath, ['scripts/test.mjs'], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  } finally {
    void busy?.terminate();
  }
}
