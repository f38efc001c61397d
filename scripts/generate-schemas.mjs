// Writes schemas/*.json and docs/schemas.md from the types: `npm run schemas`. With --check it only says whether they
// differ.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/project.mjs';
import { SCHEMAS } from './lib/schema-list.mjs';
import { makeSchemas } from './lib/schemas.mjs';

const FOLDER = 'schemas';

const files = {
  ...Object.fromEntries(
    Object.entries(makeSchemas()).map(([name, schema]) => [
      `${FOLDER}/${name}.json`,
      `${JSON.stringify(schema, null, 2)}\n`,
    ]),
  ),
  'docs/schemas.md': page(),
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

function page() {
  const rows = SCHEMAS.map(
    ({ name, title, doors }) => `| [\`${name}\`](../schemas/${name}.json) | ${title} | ${doors} |`,
  );
  return `# JSON Schemas

<!-- Generated from scripts/lib/schema-list.mjs by \`npm run schemas\`. -->

Everything that goes in and comes out as JSON has a [JSON Schema](https://json-schema.org) (draft-07), made from the
types that the code itself is compiled against; a test validates the real output of every command against them. The
package carries them: \`require('switchback/schemas/report.json')\`.

| schema | what it describes | where it is taken or given |
|---|---|---|
${rows.join('\n')}

- An unknown field is refused. A newer version may add optional ones: validate what a version prints with the schemas
  of that version.
- What is taken is judged by the run itself, which is stricter than a schema can be: that \`confirm\` equals \`service\`, that
  a window is long enough, that a check may be acknowledged. A schema never refuses what a run accepts.
- Times are ISO 8601 texts. Commands print one line of JSON; \`list\` prints one for each run.
`;
}
