import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

interface Packed {
  size: number;
  files: { path: string }[];
}

const root = join(__dirname, '..', '..', '..');
const MAX_BYTES = 1_500_000;

// That nothing else imports the lab or the demo is held by test/architecture/boundaries.test.ts.
test('the package is under 1.5 MB, and holds the product without lab, demo and pictures', () => {
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'pipe' });
  const answer = execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: root, stdio: 'pipe' });
  const [packed] = JSON.parse(answer.toString()) as [Packed];
  const paths = packed.files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'dist/client/index.js',
      'dist/starter.js',
      'dist/workflow-bundle.js',
      'docs/errors.md',
    ]),
  );
  expect(paths.filter((path) => /^(lab|docs\/images)\//.test(path))).toEqual([]);
  expect(packed.size).toBeLessThan(MAX_BYTES);
});
