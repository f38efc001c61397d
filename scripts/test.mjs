// `npm test`: format, lint, types, build and the standard tests, all of them whatever the others say.
// `npm test -- test/aiven`: these tests alone, of every suite, with nothing before them that they do not need.
// `npm run test:exhaustive`: what takes long, in files named *.exhaustive.test.ts. `npm run test:all`: both.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ensureDeps } from './ensure-deps.mjs';
import { isMain, ROOT } from './lib/project.mjs';
import { failedFiles, jestTotals, sum, totalsLine } from './lib/totals.mjs';

const JEST_RESULTS = join(ROOT, '.cache', 'jest-results.json');

/** More failed files than these are no race. */
const MOST_AGAIN = 4;

const BUILD = { name: 'build', args: ['scripts/build.mjs'] };
const CHECKS = [
  {
    name: 'format and lint',
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  },
  BUILD,
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit'] },
];

/** What each suite is made of; with paths or a pattern for jest, nothing but those tests. */
const SUITES = {
  standard: (jestArgs) => [...CHECKS.map(check), jest(jestArgs, 'standard')],
  exhaustive: (jestArgs) => [check(BUILD), jest(jestArgs, 'exhaustive')],
  some: (jestArgs) => [jest(jestArgs, 'every')],
};

async function main([flag, ...rest]) {
  const isExhaustive = flag === '--exhaustive';
  const jestArgs = isExhaustive || flag === undefined ? rest : [flag, ...rest];
  const suite = isExhaustive
    ? 'exhaustive'
    : jestArgs.some((arg) => !arg.startsWith('-'))
      ? 'some'
      : 'standard';
  const file = join(ROOT, '.cache', `${suite}-totals.json`);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true }); // the last run's totals are not those of one that breaks
  await ensureDeps();
  const totals = sum(SUITES[suite](jestArgs));
  writeFileSync(file, JSON.stringify(totals));
  process.stdout.write(`${totalsLine(totals)}\n`);
  process.exitCode = totals.failed === 0 ? 0 : 1;
}

function check({ name, args }) {
  const passed = node(name, args) === 0;
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

function jest(args, suite) {
  const [results, exitCode] = runJest(`${suite} tests`, args, suite);
  const totals = jestTotals(results, exitCode);
  const mayTryAgain = process.env.TEST_SECOND_TRY === '1' && !leaksSecrets(JEST_RESULTS);
  const again = mayTryAgain ? failedFiles(results) : [];
  return again.length === 0 || again.length > MOST_AGAIN ? totals : secondTry(totals, again);
}

/** CI alone asks for it: a race of a test is shown loudly, and holds up no change. The soak never does. */
function secondTry(totals, files) {
  const paths = files.map((file) => relative(ROOT, file));
  const [results, exitCode] = runJest('second try, one after the other', ['--runInBand', ...paths], 'every');
  const { failed, ...second } = jestTotals(results, exitCode);
  if (failed > 0) return totals;
  process.stdout.write(
    `== FLAKY, failed once and passed alone (${second.passed} tests): ${paths.join(', ')}\n`,
  );
  return { ...totals, passed: totals.passed + totals.failed, failed: 0 };
}

function runJest(name, args, suite) {
  rmSync(JEST_RESULTS, { force: true });
  const output = ['--json', `--outputFile=${JEST_RESULTS}`];
  const status = node(name, ['node_modules/jest/bin/jest.js', ...output, ...args], { TEST_SUITE: suite });
  return [readJson(JEST_RESULTS), leaksSecrets(JEST_RESULTS) ? Math.max(status, 1) : status];
}

/** Failures quote what they compare, and that shall hold no password of a lab either. */
function leaksSecrets(results) {
  const patterns = JSON.parse(readFileSync(new URL('./lib/secret-patterns.json', import.meta.url), 'utf8'));
  const text = existsSync(results) ? readFileSync(results, 'utf8') : '';
  const leaks = new RegExp(patterns.join('|')).test(text);
  if (leaks) process.stdout.write('== a failure above quotes a password or token of a lab\n');
  return leaks;
}

function node(name, args, env = {}) {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
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
