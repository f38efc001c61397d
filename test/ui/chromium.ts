import { type BrowserContext, chromium } from 'playwright-core';
import { findExecutable } from '../support/on-path';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A Chromium of this machine: CHROMIUM_PATH, else one on the PATH, else the usual place. */
export function findChromium(): string | undefined {
  return process.env.CHROMIUM_PATH || findExecutable('chromium', '/usr/bin/chromium');
}

/** Opens a browser with an empty profile in `folder`. */
export function openChromium(executablePath: string, folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, {
    executablePath,
    args: FLAGS,
    viewport: { width: 1440, height: 1000 },
  });
}
