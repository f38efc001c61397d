import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const BUILD_LIMIT_MS = 120_000;

/** Programs run as they are shipped: from dist/, brought up to date first. */
export function useBuild(): void {
  beforeAll(() => {
    execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }, BUILD_LIMIT_MS);
}

/** Path of `dist/NAME.js`. */
export function built(name: string): string {
  return join(ROOT, 'dist', `${name}.js`);
}
