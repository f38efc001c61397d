import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  optionalDependencies?: Record<string, string>;
}

// A lock file made where a registry or an old node_modules knows one platform only lacks the others' packages, and
// `npm ci` then refuses to run, everywhere.
test('package-lock.json names every optional package of every package in it', () => {
  const path = join(__dirname, '..', '..', '..', 'package-lock.json');
  const { packages } = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, LockedPackage> };
  const missing = Object.entries(packages).flatMap(([holder, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${holder}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});
