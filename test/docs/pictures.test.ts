import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const PAGES = ['docs/ui.md', 'docs/running.md', 'README.md'];

const namedIn = (page: string) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\(((?:docs\/)?images\/[^)]+\.png)\)/g)].map(
    ([, path]) => basename(path ?? ''),
  );

test('every picture in the repository is shown somewhere, and every one that is shown is there', () => {
  const named = [...new Set(PAGES.flatMap(namedIn))].sort();
  expect(readdirSync(join(ROOT, 'docs', 'images')).sort()).toEqual(named);
});
