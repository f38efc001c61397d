import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

test('the docs pages that are tables in the code say what the code says', () => {
  expect(() =>
    execFileSync(process.execPath, ['scripts/generate-docs.mjs', '--check'], { cwd: root, stdio: 'pipe' }),
  ).not.toThrow();
});
