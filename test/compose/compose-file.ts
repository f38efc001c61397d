import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');
export const COMPOSE_FILE = join(ROOT, 'docker-compose.yml');

/** The parts of a compose service that the tests look at. */
export interface Service {
  image?: string;
  build?: { context: string; target: string };
  command?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string; required?: boolean }>;
  healthcheck?: object;
  restart?: string;
  profiles?: string[];
  read_only?: boolean;
  stop_grace_period?: string;
}

export interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file?: string }>;
}

// The linter's own parser: what is asserted is what was linted.
const yaml = createRequire(require.resolve('dclint'))('yaml') as { parse(text: string): unknown };

/** Reads a YAML file of the project. */
export function readYaml(path: string): unknown {
  return yaml.parse(readFileSync(join(ROOT, path), 'utf8'));
}

/** The project's compose file, as written: nothing in it is interpolated. */
export function readComposeFile(): ComposeFile {
  return readYaml('docker-compose.yml') as ComposeFile;
}

export interface Stage {
  name: string;
  from: string;
  instructions: { keyword: string; rest: string }[];
}

/** The stages of the Dockerfile, each with its instructions; continued lines are joined. */
export function readStages(): Stage[] {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, keyword = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const [, from, name] = keyword === 'FROM' ? (/^(\S+) AS (\S+)$/.exec(rest) ?? []) : [];
    if (from !== undefined && name !== undefined) stages.push({ name, from, instructions: [] });
    else stages.at(-1)?.instructions.push({ keyword, rest });
  }
  return stages;
}
