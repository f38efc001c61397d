import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDeps } from './ensure-deps.mjs';
import { exclusively } from './lib/exclusively.mjs';
import { execute } from './lib/execute.mjs';
import { isMain, ROOT } from './lib/project.mjs';

const DIST = join(ROOT, 'dist');
const LAB_DIST = join(ROOT, 'lab', 'dist');
const STAMP = join(DIST, '.stamp');
const CONFIGURATION = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'lab/tsconfig.json',
];
/** What is compiled, in this order: the lab's demo imports what the product has become. */
const PROJECTS = ['tsconfig.build.json', 'lab/tsconfig.json'];
const SOURCES = ['src', 'lab/src'];

/** Brings dist/ and lab/dist/ up to date: the compiled sources and the workflow bundle. Does nothing if nothing has changed. */
export async function build() {
  await ensureDeps();
  await exclusively(join(ROOT, '.cache', 'build.lock'), () => {
    const fingerprint = fingerprintOfSources();
    if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint) return;
    process.stderr.write('Building …\n');
    for (const folder of [DIST, LAB_DIST]) rmSync(folder, { recursive: true, force: true });
    for (const project of PROJECTS) compile(project);
    makeExecutable(join(DIST, 'starter.js'));
    bundle();
    writeFileSync(STAMP, fingerprint);
  });
}

function compile(project) {
  const exitCode = execute(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project]);
  if (exitCode !== 0) throw new Error('The TypeScript compiler found errors; they are above');
}

function makeExecutable(program) {
  if (existsSync(program)) chmodSync(program, 0o755);
}

function bundle() {
  const workflows = join(DIST, 'workflows', 'index.js');
  const target = join(DIST, 'workflow-bundle.js');
  const exitCode = execute(process.execPath, ['scripts/lib/bundle-workflows.mjs', workflows, target]);
  if (exitCode !== 0) throw new Error('The workflows could not be bundled; the reasons are above');
}

/** A hash over everything that a build depends on. */
function fingerprintOfSources() {
  const hash = createHash('sha256').update(process.version);
  for (const file of [...CONFIGURATION, ...sources()]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}

function sources() {
  return SOURCES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }),
  )
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .sort();
}

if (isMain(import.meta.url)) {
  await build().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
