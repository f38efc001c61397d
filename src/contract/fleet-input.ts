import { cut, fewFaults } from '../util/text';
import { formatDuration, parseDuration } from './duration';
import { type Mode, parseInput, type SwitchbackInput } from './input';
import type { Procedure } from './procedure';
import type { DrillInput, FailbackInput, SwitchoverInput } from './procedure-input';
import { faultOfText } from './text';

/** What a fleet can be asked to do. A failover destroys, and is for one pair and one person at a time. */
export const fleetProcedures = [
  'switchback',
  'switchover',
  'failback',
  'drill',
] as const satisfies readonly Procedure[];

export type FleetProcedure = (typeof fleetProcedures)[number];

/** Which pairs of a project, by their primary services; every field that is given must fit. */
export interface FleetSelector {
  /** Aiven project. */
  project: string;
  /** Cloud or region of the primary service: `google-europe-west1`, or a pattern such as `google-*`. */
  cloud?: string;
  /** Tags of the primary service, each with its value. */
  tags?: Record<string, string>;
  /** Pattern of the primary service's name; `*` stands for any characters: `pg-orders-*`. */
  name?: string;
}

/** How pairs are put into waves. Without any of it there is one wave. */
export interface FleetWaves {
  /** A first wave of so many pairs. Default 0: none. */
  canary?: number;
  /** Sizes of the waves after it; the last one goes for all that follow: `[1, 5, 25]` is a ramp. Default: all at once. */
  sizes?: number[];
  /** A tag of the primary service: its values, in natural order, one after the other. Pairs without it come last. */
  byTag?: string;
}

/** How many pairs may fail before no new one is started: a count, or a share such as `"5%"`. */
export interface FleetBudget {
  /** Of one wave. Default: as `total`. */
  wave?: number | string;
  /** Of the whole fleet. Default 0: the first failure parks the fleet. */
  total?: number | string;
}

/** What one run takes beside the names of its pair, and what the fleet says for all of them. */
export type FleetRunOptions = Omit<
  SwitchbackInput & SwitchoverInput & FailbackInput & DrillInput,
  'project' | 'service' | 'recovery' | 'confirm' | 'mode' | 'requestedBy' | 'reason' | 'onTimeout'
> & { onTimeout?: 'return-to-recovery' | 'return-to-primary' | 'undo' | 'hold' };

/** The one JSON object that starts `fleetWorkflow`. `{"pairs":["my-project/pg-1","my-project/pg-2"]}` is enough. */
export interface FleetInput {
  /** What every run does. Default `switchback`. */
  procedure?: FleetProcedure;
  /** The pairs, each as `PROJECT/PRIMARY`. A list of lists is the waves themselves. */
  pairs?: string[] | string[][];
  /** In place of `pairs`: resolved once, at the start. */
  select?: FleetSelector;
  /** Default: one wave. */
  waves?: FleetWaves;
  /** Runs at the same time. Default 10. */
  concurrency?: number;
  /** Default: the first failure parks the fleet. */
  budget?: FleetBudget;
  /** How long to wait between two waves. Default `"0s"`. */
  pauseBetweenWaves?: string;
  /** Whether a person approves the fleet: the whole plan `once`, or every wave. Default `none`. */
  approval?: 'none' | 'once' | 'per-wave';
  /** Of the plan that was read: when the pairs or the waves are others by now, nothing is started. */
  fingerprint?: string;
  /** `plan` has every pair checked and writes nothing; `rehearse` goes to the end without the writes. Default `execute`. */
  mode?: Mode;
  /** What is passed through to every run, as `{"settleWindow":"10s"}`. */
  run?: FleetRunOptions;
  /** Runs that one workflow execution starts before it continues as new. Default 300. */
  startsPerExecution?: number;
  /** Who asked, for the record. */
  requestedBy?: string;
  /** Why, for the record. */
  reason?: string;
}

/** A count, or a share of the pairs in percent. */
export type FailureLimit = { count: number } | { percent: number };

/** The input with every default filled in. */
export interface FleetRequest {
  procedure: FleetProcedure;
  mode: Mode;
  /** The waves as they were given, or one list; `undefined` with a selector. */
  pairs: string[][] | undefined;
  select: FleetSelector | undefined;
  waves: { canary: number; sizes: number[]; byTag: string | undefined };
  concurrency: number;
  budget: { wave: FailureLimit | undefined; total: FailureLimit };
  pauseBetweenWavesMs: number;
  approval: 'none' | 'once' | 'per-wave';
  fingerprint: string | undefined;
  run: Record<string, unknown>;
  startsPerExecution: number;
  requestedBy: string;
  reason: string;
}

export type ParsedFleetInput = { ok: true; request: FleetRequest } | { ok: false; faults: string[] };

/** The smallest input that works; shown with every complaint about an input. */
export const EXAMPLE_FLEET = '{"pairs":["my-project/pg-1","my-project/pg-2"]}';
/** What a workflow's argument and result have room for, several times over what the issue of a region needs. */
export const MOST_PAIRS = 10_000;

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

/** For the record of who asks for what, as a person reads it. */
export function describeRequest(request: FleetRequest): string {
  const { procedure, mode, concurrency, pauseBetweenWavesMs } = request;
  const limit = (one: FailureLimit) => ('count' in one ? `${one.count}` : `${one.percent} %`);
  return [
    `${procedure}${mode === 'execute' ? '' : `, ${mode} only`}`,
    `${concurrency} at a time`,
    `at most ${limit(request.budget.total)} failed`,
    ...(pauseBetweenWavesMs > 0 ? [`${formatDuration(pauseBetweenWavesMs)} between waves`] : []),
  ].join(' · ');
}
