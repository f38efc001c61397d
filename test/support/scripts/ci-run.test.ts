import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { useScratchFolder, writeScript } from '../scratch';

const scratch = useScratchFolder();
const RUN = join(__dirname, '..', '..', '..', '.ci', 'run');

/** Runs `.ci/run` in a project of its own, with a stand-in for npm. */
async function ciRun(npm: { test: string; demo: string; exhaustive?: string; tools?: string }) {
  const root = await mkdtemp(join(scratch(), 'project-'));
  const bin = join(root, 'bin');
  await mkdir(bin);
  await cp(RUN, join(root, '.ci', 'run'));
  if (npm.tools !== undefined) {
    await mkdir(join(root, 'scripts'));
    await writeScript(join(root, 'scripts', 'ci-tools.sh'), npm.tools);
  }
  const exhaustive = npm.exhaustive ?? totals('exhaustive', { passed: 1 });
  await writeScript(
    join(bin, 'npm'),
    `case "$*" in test) ${npm.test} ;; *test:exhaustive*) ${exhaustive} ;; *) ${npm.demo} ;; esac`,
  );
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  const { status, stdout } = spawnSync(join(root, '.ci', 'run'), { env, encoding: 'utf8', timeout: 30_000 });
  return { status, lastLine: stdout.trim().split('\n').at(-1) };
}

const totals = (suite: string, some: object) =>
  `echo '${JSON.stringify({ passed: 0, failed: 0, skipped: 0, ...some })}' > .cache/${suite}-totals.json`;
const GREEN = totals('standard', { passed: 6 });

test('adds the two demos to both suites of tests', async () => {
  await expect(ciRun({ test: GREEN, demo: 'echo {}' })).resolves.toEqual({
    status: 0,
    lastLine: '9 passed, 0 failed',
  });
});

test('a failed demo fails it, and the other demo still runs', async () => {
  const demo = 'case "$*" in *promote-to-master*) exit 1 ;; esac';
  await expect(ciRun({ test: GREEN, demo })).resolves.toEqual({ status: 1, lastLine: '8 passed, 1 failed' });
});

test('failed tests fail it, and the demos still run', async () => {
  const test = `${totals('standard', { passed: 4, failed: 2, skipped: 1 })}; exit 1`;
  await expect(ciRun({ test, demo: 'exit 0' })).resolves.toEqual({
    status: 1,
    lastLine: '7 passed, 2 failed, 1 skipped',
  });
});

test('tests that left no totals count as one failure', async () => {
  await expect(ciRun({ test: 'exit 1', demo: 'exit 0' })).resolves.toEqual({
    status: 1,
    lastLine: '3 passed, 1 failed',
  });
  await expect(ciRun({ test: GREEN, exhaustive: 'exit 1', demo: 'exit 0' })).resolves.toEqual({
    status: 1,
    lastLine: '8 passed, 1 failed',
  });
});

test('the tools are there before the tests, and without them it goes on', async () => {
  const test = `test -e .cache/tools && ${GREEN}`;
  const green = { status: 0, lastLine: '9 passed, 0 failed' };
  await expect(ciRun({ tools: 'touch .cache/tools', test, demo: 'exit 0' })).resolves.toEqual(green);
  await expect(ciRun({ tools: 'exit 1', test: GREEN, demo: 'exit 0' })).resolves.toEqual(green);
});
