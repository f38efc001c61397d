// `npm run test:measure`: what each test file of the standard suite costs, the dearest first. `-- --exhaustive`: of the
// other suite; `-- test/cli`: of these tests. Seconds of wall clock, and of the processor: of the jest worker, and of the
// processes that the tests start.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from './build.mjs';
import { ROOT } from './lib/project.mjs';

const TEST_COSTS = join(ROOT, '.cache', 'test-costs.jsonl');
const MOST = 40;

await build();
mkdirSync(dirname(TEST_COSTS), { recursive: true });
rmSync(TEST_COSTS, { force: true });
const paths = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const suite = process.argv.includes('--exhaustive') ? 'exhaustive' : paths.length > 0 ? 'every' : 'standard';
const began = Date.now();
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/jest/bin/jest.js',
    '--silent',
    '--testEnvironment',
    './test/support/measured-environment.cjs',
    ...paths,
  ],
  {
    cwd: ROOT,
    env: { ...process.env, TEST_COSTS, TEST_SUITE: suite },
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
const costs = existsSync(TEST_COSTS)
  ? readFileSync(TEST_COSTS, 'utf8').trim().split('\n').map(JSON.parse)
  : [];
print(paths.join(' ') || 'whole suite', [
  { ...sum(costs), wall: (Date.now() - began) / 1_000, name: `${costs.length} files` },
]);
print('by folder', dearest(folders().map(total)));
print('by file', dearest(costs.map(({ file, ...cost }) => ({ name: file, ...cost }))).slice(0, MOST));
process.exitCode = status ?? 1;

function folders() {
  const names = [...new Set(costs.map(({ file }) => dirname(file)))];
  return names.map((name) => [name, costs.filter(({ file }) => dirname(file) === name)]);
}

function total([name, files]) {
  return { name: `${name} (${files.length})`, ...sum(files) };
}

function sum(files) {
  const of = (key) => files.reduce((all, file) => all + file[key], 0);
  return { wall: of('wall'), test: of('test'), children: of('children') };
}

function dearest(rows) {
  return rows.sort((a, b) => b.test + b.children - a.test - a.children);
}

function print(title, rows) {
  process.stdout.write(`\n| ${title} | wall s | test s | children s |\n|---|---|---|---|\n`);
  for (const { name, ...cost } of rows) {
    const cells = [cost.wall, cost.test, cost.children].map((seconds) => seconds.toFixed(1));
    process.stdout.write(`| ${name} | ${cells.join(' | ')} |\n`);
  }
}
