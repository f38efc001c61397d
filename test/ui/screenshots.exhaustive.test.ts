import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { useBuild } from '../doors/build';
import { useScratchFolder } from '../support/scratch';
import { findChromium } from './chromium';

const ROOT = join(__dirname, '..', '..');
const scratch = useScratchFolder();
const withChromium = findChromium() === undefined ? test.skip : test;

useBuild();

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
    const kept = readdirSync(join(ROOT, 'docs', 'images')).sort();
    expect(made).toEqual(kept.filter((name) => hasTmux || !name.startsWith('terminal-')));
    for (const name of made) expect(statSync(join(scratch(), name)).size).toBeGreaterThan(5_000);
  },
  300_000,
);
