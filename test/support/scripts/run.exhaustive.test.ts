import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { useScratchFolder } from '../scratch';

const PROJECT = join(__dirname, '..', '..', '..');
const CONFIGURATION = [
  'scripts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'lab/tsconfig.json',
];
const ECHO = 'process.stdout.write(JSON.stringify([require.main === module, ...process.argv.slice(2)]));';
const LISTEN = `
let interrupts = 0;
process.on('SIGINT', () => {
  interrupts += 1;
  setTimeout(() => process.exit(10 + interrupts), 200);
});
setInterval(() => {}, 1000);
process.stdout.write('listening');`;

// Some of these build three times.
jest.setTimeout(180_000);

const scratch = useScratchFolder();
const inProject = (...path: string[]) => join(scratch(), ...path);
const NO_IMPORTS = 'export {};\n';

// A small project of its own beside the same scripts, configuration and packages.
beforeAll(async () => {
  await Promise.all(
    CONFIGURATION.map((name) => cp(join(PROJECT, name), inProject(name), { recursive: true })),
  );
  await symlink(join(PROJECT, 'node_modules'), inProject('node_modules'));
  await mkdir(inProject('src', 'workflows'), { recursive: true });
  await writeFile(
    inProject('src', 'workflows', 'index.ts'),
    'export async function nap(): Promise<void> {}\n',
  );
  await mkdir(inProject('lab', 'src'));
  await writeFile(inProject('lab', 'src', 'main.ts'), NO_IMPORTS);
  await writeFile(inProject('src', 'echo.ts'), NO_IMPORTS + ECHO);
  await writeFile(inProject('src', 'listen.ts'), NO_IMPORTS + LISTEN);
  await writeFile(inProject('src', 'fail.ts'), `${NO_IMPORTS}process.exitCode = 7;\n`);
});

async function run(script: string, ...args: string[]) {
  const command = promisify(execFile)(process.execPath, [inProject('scripts', script), ...args]);
  return command.then(
    (output) => ({ ...output, code: 0 }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      stdout,
      stderr,
    }),
  );
}

const announcesBuild = ({ stderr }: { stderr: string }) => stderr.includes('Building');

test('two commands side by side on a clean checkout: one builds, both run, and only the program writes to stdout', async () => {
  await mkdir(inProject('.cache'), { recursive: true });
  await writeFile(inProject('.cache', 'build.lock'), '999999999'); // of a build that was killed
  const results = await Promise.all([
    run('run.mjs', 'dist/echo', 'a', '--b'),
    run('run.mjs', 'dist/echo', 'a', '--b'),
  ]);
  expect(results.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
    Array(2).fill({ code: 0, stdout: '[true,"a","--b"]' }),
  );
  expect(results.filter(announcesBuild)).toHaveLength(1);
  await access(inProject('dist', 'workflow-bundle.js'));
});

test('builds anew when a source changes or disappears, and only then', async () => {
  await run('build.mjs');
  expect(announcesBuild(await run('build.mjs'))).toBe(false);
  await writeFile(inProject('src', 'extra.ts'), NO_IMPORTS);
  expect(announcesBuild(await run('build.mjs'))).toBe(true);
  await access(inProject('dist', 'extra.js'));
  await rm(inProject('src', 'extra.ts'));
  expect(announcesBuild(await run('build.mjs'))).toBe(true);
  await expect(access(inProject('dist', 'extra.js'))).rejects.toThrow();
});

test('keeps the exit code', async () => {
  await expect(run('run.mjs', 'dist/fail')).resolves.toMatchObject({ code: 7 });
});

test('an interrupt reaches the program once, and its exit code is kept', async () => {
  const child = spawn(process.execPath, [inProject('scripts', 'run.mjs'), 'dist/listen'], { stdio: 'pipe' });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  await expect(exited).resolves.toEqual([11, null]);
});

test('an unknown program is named', async () => {
  const result = await run('run.mjs', 'nonsense');
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('There is no program called nonsense');
});

test('a source that does not compile stops the build, every time until it is mended', async () => {
  await writeFile(inProject('src', 'wrong.ts'), 'export const wrong: number = "text";\n');
  for (const attempt of ['first', 'second']) {
    const result = await run('run.mjs', 'dist/echo');
    expect({ attempt, ...result }).toMatchObject({ attempt, code: 1, stdout: '' });
    expect(result.stderr).toContain('The TypeScript compiler found errors');
  }
  await rm(inProject('src', 'wrong.ts'));
  await expect(run('run.mjs', 'dist/echo')).resolves.toMatchObject({ code: 0 });
});
