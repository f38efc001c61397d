// Every check of the project, all of them whatever the others say. Arguments go to jest: `npm test -- test/aiven`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureDeps } from './ensure-deps.mjs';
import { isMain, ROOT } from './lib/project.mjs';
import { jestTotals, sum, totalsLine } from './lib/totals.mjs';

const TOTALS = join(ROOT, '.cache', 'test-totals.json');
const JEST_RESULTS = join(ROOT, '.cache', 'jest-results.json');

const CHECKS = [
  {
    name: 'format and lint',
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  },
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  { name: 'build', args: ['scripts/build.mjs'] },
];

async function main(jestArgs) {
  mkdirSync(dirname(TOTALS), { recursive: true });
  rmSync(TOTALS, { force: true }); // nobody shall read the last run's totals if this one breaks
  await ensureDeps();
  const totals = sum([...CHECKS.map(check), jest(jestArgs)]);
  writeFileSync(TOTALS, JSON.stringify(totals));
  process.stdout.write(`${totalsLine(totals)}\n`);
  process.exitCode = totals.failed === 0 ? 0 : 1;
}

function check({ name, args }) {
  const passed = node(name, args) === 0;
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

function jest(args) {
  rmSync(JEST_RESULTS, { force: true });
  const output = ['--json', `--outputFile=${JEST_RESULTS}`];
  const exitCode = node('tests', ['node_modules/jest/bin/jest.js', ...output, ...args]);
  const totals = jestTotals(readJson(JEST_RESULTS), exitCode);
  return sum([totals, { passed: 0, failed: leaksSecrets(JEST_RESULTS) ? 1 : 0, skipped: 0 }]);
}

/** Failures quote what they compare, and that shall hold no password of a lab either. */
function leaksSecrets(results) {
  const patterns = JSON.parse(readFileSync(new URL('./lib/secret-patterns.json', import.meta.url), 'utf8'));
  const text = existsSync(results) ? readFileSync(results, 'utf8') : '';
  const leaks = new RegExp(patterns.join('|')).test(text);
  if (leaks) process.stdout.write('== a failure above quotes a password or token of a lab\n');
  return leaks;
}

function node(name, args) {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  process.stdout.write(`== ${name}: ${status === 0 ? 'passed' : 'FAILED'}\n`);
  return status ?? 1;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

if (isMain(import.meta.url)) {
  await main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.stdout.write(`${totalsLine({ passed: 0, failed: 1, skipped: 0 })}\n`);
    process.exitCode = 1;
  });
}
