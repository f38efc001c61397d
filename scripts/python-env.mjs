// Prints the path of a Python that has what examples/python needs: a virtual environment in .cache/python, made when
// needed and kept. Where the packages come from is what pip's own settings say.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exclusively } from './lib/exclusively.mjs';
import { ROOT } from './lib/project.mjs';

const REQUIREMENTS = join(ROOT, 'examples', 'python', 'requirements.txt');
const FOLDER = join(ROOT, '.cache', 'python');
const PYTHON = join(FOLDER, 'bin', 'python');
const STAMP = join(FOLDER, '.stamp');
const LIMIT_MS = 180_000;

async function pythonEnvironment() {
  const wanted = `${run('python3', ['--version'])}${readFileSync(REQUIREMENTS, 'utf8')}`;
  await exclusively(`${FOLDER}.lock`, () => {
    if (existsSync(PYTHON) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
    run('python3', ['-m', 'venv', '--clear', FOLDER]);
    // A package without a wheel for this machine would be compiled for minutes, if at all.
    const options = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--only-binary', ':all:'];
    run(PYTHON, ['-m', 'pip', 'install', ...options, '--requirement', REQUIREMENTS]);
    writeFileSync(STAMP, wanted);
  });
  return PYTHON;
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: LIMIT_MS });
  if (status === 0) return stdout;
  const why = error?.message ?? `${stderr}${stdout}`.trim().split('\n').at(-1);
  throw new Error(`${command} ${args.slice(0, 3).join(' ')} failed: ${why}`);
}

await pythonEnvironment().then(
  (path) => process.stdout.write(`${path}\n`),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
