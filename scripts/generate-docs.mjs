// Writes what the docs say that stands in the code: `npm run docs`. With --check it only says whether they differ.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from './build.mjs';
import { apiReport } from './lib/api-report.mjs';
import { importsOfSources, picture } from './lib/house.mjs';
import { withPart } from './lib/page-part.mjs';
import { ROOT } from './lib/project.mjs';

await build();
const load = createRequire(join(ROOT, 'dist', 'x'));
const { errors, exitCodeMeanings } = load('./contract/errors.js');
const { moves } = load('./contract/procedure.js');
const { inputFields } = load('./contract/input-fields.js');
const { catalogue } = load('./rules/checks/index.js');

const pages = {
  'docs/client.api.md': apiReport(),
  'docs/errors.md': errorsPage(),
  'docs/checks.md': checksPage(),
  'docs/architecture.md': withPart(current('docs/architecture.md'), 'house', picture(importsOfSources())),
  'docs/procedures.md': withPart(current('docs/procedures.md'), 'cycle', cycle()),
  'docs/running.md': withPart(current('docs/running.md'), 'input', inputTable()),
};
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

/** The cycle, drawn by Mermaid: every move of the table, from where it begins to where it ends. */
function cycle() {
  const names = {
    'primary-active': 'protected (primary active, recovery passive)',
    'recovery-active': 'switched over (primary passive, recovery active)',
    'failed-over': 'failed over (primary failed, recovery active)',
  };
  const id = (situation) => situation.replaceAll('-', '_');
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...Object.entries(names).map(([situation, name]) => `    ${id(situation)}: ${name}`),
    ...Object.entries(moves).map(
      ([name, { from, goal, write }]) =>
        `    ${id(from)} --> ${id(goal)}: ${name}${write === 'fail' ? ' that destroys the primary' : ''}`,
    ),
    '```',
  ].join('\n');
}

function inputTable() {
  const rows = Object.entries(inputFields).map(
    ([name, field]) => `| \`${name}\` | ${defaultOf(field)} | ${field.help} |`,
  );
  return ['| field | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

function defaultOf(field) {
  if (field.isRequired) return 'required';
  if (field.kind === 'acknowledgements') return '`[]`';
  return field.default === undefined ? 'none' : `\`"${field.default}"\``;
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
    ({ id, title, severities, guards, looksAt, wanted, remedy }) =>
      `| \`${id}\` | ${severities.join(', ')} | ${stopsWhen(severities, guards)} | ${title} | ${looksAt} | ${wanted} | ${remedy} |`,
  );
  return `# Preconditions

<!-- Generated from src/rules/checks/ and src/contract/checks.ts by \`npm run docs\`. -->

What must hold before anything is written. Every check answers \`pass\`, \`warn\`, \`block\` or \`unknown\`, with what was
observed, what was wanted, what to do, and which requests say so and when. Nothing is guessed: a fact that could not be
read is \`unknown\`.

| severity of a finding | what it does |
|---|---|
| \`block\` | hard: stops the run, and cannot be acknowledged |
| \`ack\` | soft: stops the run until a person acknowledges it by the id of the check, with a name and a reason |
| \`warn\` | for the record; never stops a run |

Where a check has several severities, the first is that of an \`unknown\` fact; a worse or a lesser finding has another one.
So an \`unknown\` stops the run wherever a check begins with \`block\` or \`ack\`. What no request can answer reads
\`not checked\` and never \`pass\`: look at it yourself.

A run that finds the primary active and the recovery service passive has nothing to write: only the checks that stop
*always* stop it then, and what the others find is for the record.

All facts are read at once: from the API in seven requests (eight in the promote-to-master dialect), and, where access is
configured, from each database in one session. Everything has a time limit. Which database is the active one, and which the
passive, is what PostgreSQL says of itself (\`pg_is_in_recovery()\`). Without access, what only SQL can answer is \`not
checked\`.

| id | severity | stops | check | looks at | wanted | remedy |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

function stopsWhen(severities, guards) {
  if (severities.every((severity) => severity === 'warn')) return 'never';
  return guards === 'run' ? 'always' : 'before a write';
}
