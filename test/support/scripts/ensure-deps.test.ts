import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useScratchFolder } from '../scratch';
import { callModule } from './module';

const scratch = useScratchFolder();

const project = { name: 'project' };
const pino = { version: '1.0.0', integrity: 'sha512-a' };

async function isInstalled(locked: object, installed?: object): Promise<unknown> {
  const root = await mkdtemp(join(scratch(), 'root-'));
  await writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages: locked }));
  if (installed) {
    await mkdir(join(root, 'node_modules'));
    await writeFile(
      join(root, 'node_modules', '.package-lock.json'),
      JSON.stringify({ packages: installed }),
    );
  }
  return callModule('scripts/ensure-deps.mjs', 'isInstalled', [root]);
}

test.each([
  ['no node_modules', { '': project, pino }, undefined, false],
  ['the same packages', { '': project, pino }, { pino }, true],
  ['another version', { '': project, pino }, { pino: { ...pino, version: '1.0.1' } }, false],
  ['other contents', { '': project, pino }, { pino: { ...pino, integrity: 'sha512-b' } }, false],
  ['a package missing', { '': project, pino }, {}, false],
  ['an optional package missing', { '': project, pino: { ...pino, optional: true } }, {}, true],
  [
    'an optional package missing that the project names itself',
    {
      '': { ...project, optionalDependencies: { pino: '1.0.0' } },
      'node_modules/pino': { ...pino, optional: true },
    },
    {},
    false,
  ],
])('installed? %s', async (_case, locked, installed, expected) => {
  await expect(isInstalled(locked, installed)).resolves.toBe(expected);
});

test.each(['20.19.0', '20.20.2', '22.0.0', '26.1.0'])('node %s is new enough', (version) => {
  expect(callModule('scripts/ensure-deps.mjs', 'assertNodeVersion', [version])).toBeNull();
});

test.each(['18.20.1', '20.18.3'])('node %s is refused, saying what is needed', (version) => {
  expect(() => callModule('scripts/ensure-deps.mjs', 'assertNodeVersion', [version])).toThrow(
    `Node.js 20.19 or newer is needed, this is ${version}`,
  );
});

test.each(['format', 'lint', 'screenshots'])(
  'npm run %s, which begins with a package, installs first',
  (name) => {
    const scripts: Record<string, string> = require('../../../package.json').scripts;
    expect(scripts[`pre${name}`]).toBe(scripts.setup);
  },
);
