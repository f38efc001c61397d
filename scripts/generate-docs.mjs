// Writes the docs pages that are tables in the code: `npm run docs`. With --check it only says whether they differ.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ROOT } from './lib/project.mjs';

await build();
const load = createRequire(join(ROOT, 'dist', 'x'));
const { errors, exitCodeMeanings } = load('./contract/errors.js');
const { catalogue } = load('./rules/checks.js');

const pages = { 'docs/errors.md': errorsPage(), 'docs/checks.md': checksPage() };
const differing = Object.entries(pages).filter(([path, text]) => text !== current(path));

if (process.argv.includes('--check')) {
  for (const [path] of differing)
    process.stderr.write(`${path} is not what the code says; run: npm run docs\n`);
  process.exitCode = differing.length === 0 ? 0 : 1;
} else {
  for (const [path, text] of differing) writeFileSync(join(ROOT, path), text);
}

function current(path) {
  const file = join(ROOT, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function errorsPage() {
  const exits = Object.entries(exitCodeMeanings).map(([code, meaning]) => `| ${code} | ${meaning} |`);
  const entries = Object.entries(errors).map(
    ([code, { title, cause, remedy, exitCode }]) =>
      `## ${code}\n\n**${title}.** Exit code ${exitCode}.\n\n- Cause: ${cause}\n- Remedy: ${remedy}\n`,
  );
  return `# Errors

<!-- Generated from src/contract/errors.ts by \`npm run docs\`. -->

Every failure has a stable code. A failed run carries it as the \`type\` of its failure and in the report (the
failure's first detail); the \`switchback\` command and the TypeScript client show the same code. A code never changes
its meaning.

The exit codes of the \`switchback\` command:

| exit code | meaning |
|---|---|
${exits.join('\n')}

${entries.join('\n')}`;
}

function checksPage() {
  const rows = catalogue().map(
    ({ id, title, severity, wanted, remedy }) =>
      `| \`${id}\` | ${severity} | ${title} | ${wanted} | ${remedy} |`,
  );
  return `# Preconditions

<!-- Generated from src/rules/checks.ts by \`npm run docs\`. -->

What must hold before anything is written. Every check answers \`pass\`, \`warn\`, \`block\` or \`unknown\`, with what was
observed, what was wanted, what to do and which requests say so. \`unknown\` (a fact could not be read) stops the run
wherever \`block\` would: nothing is guessed.

| id | severity | check | wanted | remedy |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
