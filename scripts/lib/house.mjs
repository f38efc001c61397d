import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './project.mjs';

const SOURCES = join(ROOT, 'src');

/** The house, from the roof down: a room imports from lower layers only. A file in src/ itself is a room. */
export const LAYERS = [
  { 'worker.ts': 'a worker process', 'starter.ts': 'the switchback command' },
  { cli: 'commands, following a run, rendering for people' },
  { doctor: 'what a first user gets wrong' },
  { hosting: 'configuration + activities + bundle → a running worker, observed', client: 'the typed client' },
  { workflows: 'the procedure, deterministic', activities: 'one external effect each' },
  { observe: 'what is true of a pair: read through the API and through SQL, judged by the rules' },
  {
    rules: 'pure decisions',
    config: 'environment and files → one validated object',
    evidence: 'bundle, page and store of the evidence',
    'dev-server': 'a Temporal dev server',
  },
  {
    aiven: 'the API client',
    postgres: 'sessions with a time limit, and what is asked of PostgreSQL',
    notify: 'sinks for events',
  },
  { contract: 'what crosses a wire' },
  { util: 'small helpers that know nothing of the product', 'version.ts': "the package's version" },
];

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\brequire(?:\.resolve)?\(\s*)['"](\.[^'"]*)['"]/g;

/** Every import of one of our files by another, types included: `{ from: 'cli/run.ts', to: 'client.ts' }`. */
export function importsOfSources() {
  return importsIn(SOURCES).map(({ from, to }) => ({ from, to: fileOf(to) }));
}

/** The lab's imports of what is outside of it: only its programs that play the product know it. */
export function faultsOfLab(imports = importsIn(join(ROOT, 'lab', 'src'))) {
  return imports
    .filter(({ from, to }) => to.startsWith('..') && !/^(bench|demo|torture)\//.test(from))
    .map(({ from, to }) => `lab/src/${from} imports ${to}: only bench, demo and torture know the product`);
}

function importsIn(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.ts'));
  return files.sort().flatMap((from) =>
    [...readFileSync(join(folder, from), 'utf8').matchAll(IMPORT)].map(([, specifier]) => ({
      from,
      to: join(dirname(from), specifier),
    })),
  );
}

function fileOf(path) {
  const candidates = [`${path}.ts`, join(path, 'index.ts'), path];
  return candidates.find((file) => existsSync(join(SOURCES, file))) ?? path;
}

/** The room of a file. */
export function roomOf(file) {
  return file.split('/')[0];
}

/** What breaks the rules of the house, one sentence for each import; empty when all is well. */
export function faultsOf(imports = importsOfSources()) {
  return [...new Set(imports.flatMap((one) => faultOf(one) ?? []))].concat(circlesOf(imports));
}

function faultOf({ from, to }) {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (room === other) return undefined;
  const unknown = [room, other].find((name) => layerOf(name) === undefined);
  if (unknown) return `${unknown} has no place in the house`;
  if (layerOf(room) <= layerOf(other)) return `${from} imports ${to}, which is not below it`;
  return isPastBarrel(other, to) ? `${from} imports ${to}, past ${other}/index.ts` : undefined;
}

/** Whether a room has a front, and this is another file of it. */
function isPastBarrel(room, file) {
  return file !== `${room}/index.ts` && existsSync(join(SOURCES, room, 'index.ts'));
}

/** The layer of a room, counted from 0 at the bottom. */
function layerOf(room) {
  const fromTop = LAYERS.findIndex((layer) => room in layer);
  return fromTop === -1 ? undefined : LAYERS.length - 1 - fromTop;
}

/** Circles of files, which the layers cannot rule out inside one room; each is named once. */
function circlesOf(imports) {
  const circles = [];
  const done = new Set();
  const visit = (file, path) => {
    if (path.includes(file)) {
      circles.push(`a circle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`);
      return;
    }
    if (done.has(file)) return;
    for (const { from, to } of imports) if (from === file) visit(to, [...path, file]);
    done.add(file);
  };
  for (const { from } of imports) visit(from, []);
  return circles;
}

/** The table of docs/architecture.md: each room by layer, with its purpose and the rooms that it imports. */
export function picture(imports) {
  const rooms = LAYERS.flatMap((layer, fromTop) =>
    Object.entries(layer).map(([room, purpose]) =>
      rowOf(LAYERS.length - 1 - fromTop, room, purpose, imports),
    ),
  );
  return ['| layer | room | what it is | imports |', '|---|---|---|---|', ...rooms].join('\n');
}

function rowOf(layer, room, purpose, imports) {
  const others = imports.filter(({ from }) => roomOf(from) === room).map(({ to }) => roomOf(to));
  const names = [...new Set(others)].filter((other) => other !== room).sort();
  return `| ${layer} | \`${labelOf(room)}\` | ${purpose} | ${names.map(labelOf).join(' · ') || '–'} |`;
}

function labelOf(room) {
  return room.endsWith('.ts') ? room : `${room}/`;
}
