import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemas } from './validator';

const root = join(__dirname, '..', '..');

test('the schemas and their page say what the types say', () => {
  expect(() =>
    execFileSync(process.execPath, ['scripts/generate-schemas.mjs', '--check'], { cwd: root, stdio: 'pipe' }),
  ).not.toThrow();
});

test('the package gives them to whoever asks by name', () => {
  const script = `console.log(require('switchback/schemas/report.json').$id)`;
  const said = execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
  expect(said).toBe('urn:switchback:report\n');
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: string[] };
  expect(files).toContain('schemas');
});

test('every object is closed, except where any key is meant', () => {
  const open = Object.entries(schemas).flatMap(([name, schema]) => openIn(schema, name));
  // Free-form JSON: bodies of requests, facts by name, what a history holds.
  const meant = open.filter(({ isMap }) => !isMap);
  expect(meant).toEqual([]);
});

/** Objects that take fields which nobody named. */
function openIn(schema: unknown, path: string): { path: string; isMap: boolean }[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = Object.entries(schema).flatMap(([key, value]) => openIn(value, `${path}.${key}`));
  const { type, additionalProperties, properties } = schema as Record<string, unknown>;
  if (type !== 'object' || additionalProperties === false) return inner;
  return [...inner, { path, isMap: properties === undefined && additionalProperties !== undefined }];
}
