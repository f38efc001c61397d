import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { useBuild } from '../doors/build';
import { useScratchFolder } from '../support/scratch';
import { findChromium } from './chromium';

const ROOT = join(__dirname, '..', '..');
const PAGES = ['docs/ui.md', 'docs/running.md', 'docs/doctor.md', 'README.md'];
const scratch = useScratchFolder();
const withChromium = findChromium() === undefined ? test.skip : test;

const namedIn = (page: string) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\(((?:docs\/)?images\/[^)]+\.png)\)/g)].map(
    ([, path]) => basename(path ?? ''),
  );
const named = [...new Set(PAGES.flatMap(namedIn))].sort();

useBuild();

test('every picture in the repository is shown somewhere, and every one that is shown is there', () => {
  expect(readdirSync(join(ROOT, 'docs', 'images')).sort()).toEqual(named);
});

withChromium(
  'the script makes the pictures again, each showing what it must (needs Chromium, and tmux for the terminal)',
  () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/screenshots.mjs', scratch()], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 280_000,
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const made = readdirSync(scratch()).sort();
    const hasTmux = spawnSync('tmux', ['-V']).status === 0;
    expect(made).toEqual(named.filter((name) => hasTmux || !name.startsWith('terminal-')));
    for (const name of made) expect(statSync(join(scratch(), name)).size).toBeGreaterThan(5_000);
  },
  300_000,
);
