import { cut, fewFaults } from '../util/text';
import { parseDuration } from './duration';
import {
  type FailureLimit,
  type FleetInput,
  type FleetProcedure,
  type FleetRequest,
  type FleetSelector,
  fleetProcedures,
  MOST_PAIRS,
  type ParsedFleetInput,
} from './fleet-input';
import { parseInput } from './input';
import { faultOfText } from './text';

const PAIR = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const PATTERN = /^[A-Za-z0-9_*-]{1,100}$/;
const PERCENT = /^(\d{1,2}|100)%$/;
const SAID_BY_THE_FLEET = ['project', 'service', 'recovery', 'confirm', 'mode', 'requestedBy', 'reason'];

/** Checks an input of unknown shape; by hand, as `parseInput` does. */
export function parseFleetInput(input: unknown): ParsedFleetInput {
  if (!isObject(input))
    return { ok: false, faults: [`the input must be one JSON object, but it is ${shown(input)}`] };
  const reader = new Reader(input);
  const procedure = reader.choice('procedure', fleetProcedures, 'switchback');
  const mode = reader.choice('mode', ['execute', 'plan', 'rehearse'] as const, 'execute');
  const pairs = readPairs(reader);
  const select = readSelector(reader);
  if (pairs === undefined && select === undefined && reader.faults.length === 0)
    reader.faults.push('"pairs" or "select" is missing: nothing says which pairs');
  if (input.pairs !== undefined && input.select !== undefined)
    reader.faults.push('"pairs" and "select" are both given; give one of them');
  const waves = readWaves(reader);
  const isExplicit = Array.isArray(input.pairs) && input.pairs.some((one) => Array.isArray(one));
  if (isExplicit && input.waves !== undefined)
    reader.faults.push('"waves" is given, and "pairs" is a list of waves already; give one of them');
  const request: FleetRequest = {
    procedure,
    mode,
    pairs,
    select,
    waves,
    concurrency: reader.whole('concurrency', 10, 1, 1_000),
    budget: readBudget(reader),
    pauseBetweenWavesMs: reader.duration('pauseBetweenWaves', '0s'),
    approval: reader.choice('approval', ['none', 'once', 'per-wave'] as const, 'none'),
    fingerprint: reader.optionalText('fingerprint'),
    run: readRun(reader, procedure),
    startsPerExecution: reader.whole('startsPerExecution', 300, 1, 1_000),
    requestedBy: reader.optionalText('requestedBy') ?? '',
    reason: reader.optionalText('reason') ?? '',
  };
  reader.rejectUnknown(FIELDS, '');
  return reader.faults.length > 0 ? { ok: false, faults: fewFaults(reader.faults) } : { ok: true, request };
}

const FIELDS: readonly (keyof FleetInput)[] = [
  'procedure',
  'pairs',
  'select',
  'waves',
  'concurrency',
  'budget',
  'pauseBetweenWaves',
  'approval',
  'fingerprint',
  'mode',
  'run',
  'startsPerExecution',
  'requestedBy',
  'reason',
];

function readPairs(reader: Reader): string[][] | undefined {
  const given = reader.values.pairs;
  if (given === undefined) return undefined;
  if (!Array.isArray(given) || given.length === 0) {
    reader.faults.push(`"pairs" must be a list such as ["my-project/pg-1"], not ${shown(given)}`);
    return undefined;
  }
  const waves: unknown[][] = given.some((one) => Array.isArray(one))
    ? given.map((one) => (Array.isArray(one) ? one : [one]))
    : [given];
  const all = waves.flat();
  if (all.length > MOST_PAIRS)
    reader.faults.push(`"pairs" has ${all.length} entries; at most ${MOST_PAIRS} are taken`);
  for (const pair of new Set(all))
    if (typeof pair !== 'string' || !PAIR.test(pair))
      reader.faults.push(`"pairs": each must be PROJECT/PRIMARY, not ${shown(pair)}`);
  for (const pair of twice(all)) reader.faults.push(`"pairs" names ${shown(pair)} twice`);
  waves.forEach((wave, index) => {
    if (wave.length === 0) reader.faults.push(`"pairs[${index}]" is a wave without pairs`);
  });
  return waves as string[][];
}

/** Each that is there more than once. */
export function twice<T>(list: readonly T[]): T[] {
  const seen = new Set<T>();
  return [...new Set(list.filter((one) => seen.has(one) || !seen.add(one)))];
}

function readSelector(reader: Reader): FleetSelector | undefined {
  const inner = reader.object('select');
  if (inner === undefined) return undefined;
  const { project, cloud, name, tags } = inner.values;
  if (typeof project !== 'string' || !NAME.test(project))
    inner.faults.push(`"select.project" must be the name of a project, not ${shown(project)}`);
  for (const [field, value] of Object.entries({ cloud, name }))
    if (value !== undefined && (typeof value !== 'string' || !PATTERN.test(value)))
      inner.faults.push(`"select.${field}" must be a name or a pattern such as "pg-*", not ${shown(value)}`);
  const isTags = isObject(tags) && Object.values(tags).every((value) => typeof value === 'string');
  if (tags !== undefined && !isTags)
    inner.faults.push(`"select.tags" must be an object of texts such as {"env":"prod"}, not ${shown(tags)}`);
  inner.rejectUnknown(['project', 'cloud', 'tags', 'name'], 'select.');
  return inner.values as unknown as FleetSelector;
}

function readWaves(reader: Reader): FleetRequest['waves'] {
  const inner = reader.object('waves');
  if (inner === undefined) return { canary: 0, sizes: [], byTag: undefined };
  const canary = inner.whole('canary', 0, 0, MOST_PAIRS, 'waves.');
  const byTag = inner.optionalText('byTag', 'waves.');
  const { sizes = [] } = inner.values;
  const isSizes =
    Array.isArray(sizes) &&
    sizes.every((size) => Number.isInteger(size) && size >= 1) &&
    sizes.length <= 1_000;
  if (!isSizes)
    inner.faults.push(
      `"waves.sizes" must be a list of whole numbers from 1 such as [1, 5, 25], not ${shown(sizes)}`,
    );
  inner.rejectUnknown(['canary', 'sizes', 'byTag'], 'waves.');
  return { canary, byTag, sizes: isSizes ? (sizes as number[]) : [] };
}

function readBudget(reader: Reader): FleetRequest['budget'] {
  const inner = reader.object('budget');
  const none = { count: 0 };
  if (inner === undefined) return { wave: undefined, total: none };
  inner.rejectUnknown(['wave', 'total'], 'budget.');
  return { wave: inner.limit('wave'), total: inner.limit('total') ?? none };
}

/** By the guard of the runs themselves, so that what is wrong is said before the first of them begins. */
function readRun(reader: Reader, procedure: FleetProcedure): Record<string, unknown> {
  const inner = reader.object('run');
  if (inner === undefined) return {};
  for (const field of SAID_BY_THE_FLEET)
    if (Object.hasOwn(inner.values, field))
      inner.faults.push(`"run.${field}" is not for all runs; the fleet says it`);
  const rest = Object.fromEntries(
    Object.entries(inner.values).filter(([field]) => !SAID_BY_THE_FLEET.includes(field)),
  );
  const parsed = parseInput({ ...rest, project: 'any', service: 'any' }, procedure);
  if (!parsed.ok) inner.faults.push(...parsed.faults.map((fault) => `"run": ${fault}`));
  return rest;
}

/** Reads the fields of one object, and collects every fault. */
class Reader {
  constructor(
    readonly values: Record<string, unknown>,
    readonly faults: string[] = [],
  ) {}

  object(field: string): Reader | undefined {
    const value = this.values[field];
    if (value === undefined) return undefined;
    if (isObject(value)) return new Reader(value, this.faults);
    this.faults.push(`"${field}" must be an object, not ${shown(value)}`);
    return undefined;
  }

  choice<const T extends string>(field: string, choices: readonly T[], fallback: T): T {
    const value = this.values[field] === undefined ? fallback : this.values[field];
    const chosen = choices.find((one) => one === value);
    if (chosen === undefined)
      this.faults.push(
        `"${field}" must be one of ${choices.map((one) => `"${one}"`).join(', ')}, not ${shown(value)}`,
      );
    return chosen ?? fallback;
  }

  whole(field: string, fallback: number, least: number, most: number, path = ''): number {
    const { [field]: value = fallback } = this.values;
    if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    this.faults.push(
      `"${path}${field}" must be a whole number from ${least} to ${most}, not ${shown(value)}`,
    );
    return fallback;
  }

  duration(field: string, fallback: string): number {
    const { [field]: value = fallback } = this.values;
    const ms = typeof value === 'string' ? parseDuration(value) : undefined;
    if (ms === undefined)
      this.faults.push(`"${field}" must be a duration such as "30s" or "10m", not ${shown(value)}`);
    return ms ?? 0;
  }

  optionalText(field: string, path = ''): string | undefined {
    const value = this.values[field];
    if (value === undefined) return undefined;
    const fault = faultOfText(`${path}${field}`, value, false);
    if (fault === undefined) return value as string;
    this.faults.push(`${fault}, not ${shown(value)}`);
    return undefined;
  }

  limit(field: string): FailureLimit | undefined {
    const value = this.values[field];
    if (value === undefined) return undefined;
    if (Number.isInteger(value) && Number(value) >= 0) return { count: Number(value) };
    const percent = typeof value === 'string' ? PERCENT.exec(value)?.[1] : undefined;
    if (percent !== undefined) return { percent: Number(percent) };
    this.faults.push(
      `"budget.${field}" must be a count such as 2 or a share such as "5%", not ${shown(value)}`,
    );
    return undefined;
  }

  rejectUnknown(known: readonly string[], path: string): void {
    const unknown = Object.keys(this.values).filter((field) => !known.includes(field));
    unknown.forEach((field, index) => {
      const names = index === 0 ? `; known are ${known.join(', ')}` : '';
      this.faults.push(`"${path}${cut(field, 60)}" is not a known field${names}`);
    });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : cut(JSON.stringify(value) ?? typeof value, 60);
}
