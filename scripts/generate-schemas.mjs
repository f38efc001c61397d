// Writes schemas/*.json and the table in docs/automation.md from the types: `npm run schemas`. With --check it only says whether they
// differ.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { withPart } from './lib/page-part.mjs';
import { ROOT } from './lib/project.mjs';

// The table of the input's fields is read from what the build has made of it.
await build();
const { SCHEMAS } = await import('./lib/schema-list.mjs');
const { makeSchemas } = await import('./lib/schemas.mjs');

const FOLDER = 'schemas';
const PAGE = 'docs/automation.md';

const files = {
  ...Object.fromEntries(
    Object.entries(makeSchemas()).map(([name, schema]) => [
      `${FOLDER}/${name}.json`,
      `${JSON.stringify(schema, null, 2)}\n`,
    ]),
  ),
  [PAGE]: page(),
};
const differing = Object.entries(files).filter(([path, text]) => text !== current(path));
const left = present().filter((path) => !Object.hasOwn(files, path));

if (process.argv.includes('--check')) {
  for (const path of [...differing.map(([path]) => path), ...left])
    process.stderr.write(`${path} is not what the types say; run: npm run schemas\n`);
  process.exitCode = differing.length + left.length === 0 ? 0 : 1;
} else {
  mkdirSync(join(ROOT, FOLDER), { recursive: true });
  for (const path of left) rmSync(join(ROOT, path));
  for (const [path, text] of differing) writeFileSync(join(ROOT, path), text);
}

function present() {
  const folder = join(ROOT, FOLDER);
  return existsSync(folder) ? readdirSync(folder).map((name) => `${FOLDER}/${name}`) : [];
}

function current(path) {
  const file = join(ROOT, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** The page as it is, with the table of schemas made anew. */
function page() {
  const rows = SCHEMAS.map(
    ({ name, title, where }) => `| [\`${name}\`](../schemas/${name}.json) | ${title} | ${where} |`,
  );
  const table = ['| schema | what it describes | where it is taken or given |', '|---|---|---|', ...rows];
  return withPart(current(PAGE), 'schemas', table.join('\n'));
}
