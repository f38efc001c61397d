// Makes the pictures of docs/ui.md: npm run screenshots [FOLDER]. A real Temporal server with its UI, the lab and a
// worker; headless Chromium looks at what a person would see.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ROOT } from './lib/project.mjs';
import { openBrowser } from './screenshots/browser.mjs';
import { playScenes } from './screenshots/scenes.mjs';

const require = createRequire(import.meta.url);
const folder = process.argv[2] ?? join(ROOT, 'docs', 'images');

await build();
const { setStage } = require(join(ROOT, 'lab', 'dist', 'demo', 'stage.js'));
mkdirSync(folder, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'switchback-screenshots-'));
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

const stage = await setStage(
  { dialect: 'role', transitionMs: 4_000, pairs: 5, evidence: join(scratch, 'evidence') },
  console.error,
  stop.signal,
);
try {
  const browser = await openBrowser(join(scratch, 'profile'));
  try {
    await playScenes({ stage, browser, folder });
  } finally {
    await browser.close();
  }
} finally {
  await stage.close();
  rmSync(scratch, { recursive: true, force: true });
}
