import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DEFAULT_BASE_URL } from '../aiven';
import type { WorkerPolicy } from '../contract/activities';
import type { FreezeReading } from '../contract/freeze';
import { TASK_QUEUE } from '../contract/workflow-id';
import type { NotifySettings } from '../notify';
import { Databases } from '../postgres';
import { type ApiRate, apiRate } from './api-rate';
import { faultsOfClearText, SENDS_IN_CLEAR_TEXT } from './clear-text';
import { readDatabases } from './databases';
import { allOrThrow, type Env, type Read, stateFolder, withoutEmpty } from './environment';
import { type EvidenceSettings, readEvidence } from './evidence';
import { freezeReader, readFreezes } from './freeze';
import { readNotify } from './notify';
import { faultsOfProxies } from './proxy';
import { readTemporal, type TemporalConfig } from './temporal';

/** The configuration of a worker: one validated object, read once. The only reader of the environment is this folder. */
export interface WorkerConfig {
  aiven: {
    baseUrl: string;
    /** Asked before every request, so that a token file that was renewed is picked up without a restart. */
    token: () => Promise<string>;
  };
  /** The budget of all workers together for requests to the Aiven API; absent: none, until a 429 teaches one. */
  apiRate?: ApiRate | undefined;
  taskQueue: string;
  /** What this worker demands of every run, whatever its input says. */
  policy: WorkerPolicy;
  /** Whether this worker may destroy a primary (a failover). Default: no. */
  allowsFailover: boolean;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** The pairs whose databases this worker may reach; without any, nothing is measured and the report says so. */
  databases: Databases;
  /** The freeze windows, read at the moment of the call; absent when there are none. */
  readFreezes?: () => FreezeReading;
  /** Where the evidence of every run is kept. */
  evidence: EvidenceSettings;
  /** Who is told of what happens to runs. */
  notify: NotifySettings;
  /** `HOST:PORT` where metrics are served in Prometheus' form; off when absent. */
  metricsAddress: string | undefined;
  /** `HOST:PORT` where `/healthz` and `/readyz` are served; off when absent. */
  healthAddress: string | undefined;
  /** True when spans are to be sent where OpenTelemetry's own variables say. */
  traces: boolean;
  /** A file that exists while the worker polls, for a container's health check. */
  readyFile: string | undefined;
}

const filled = z.string().trim().min(1);
const address = z
  .string()
  .trim()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, 'must be HOST:PORT, such as 0.0.0.0:9464');
/** OpenTelemetry's exporter would take a bad one for its default, and say nothing. */
const collector = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
const overHttp = z.enum(
  ['http/json', 'http/protobuf'],
  'must be http/json: traces are sent over HTTP, to port 4318',
);
const workerEnv = z.object({
  AIVEN_WEB_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .refine(isBareUrl, 'must not hold a user, a password, a query or a fragment')
    .default(DEFAULT_BASE_URL),
  [SENDS_IN_CLEAR_TEXT]: z.enum(['yes']).optional(),
  AIVEN_TOKEN: filled.regex(/^[\x21-\x7e]+$/, 'must be one word of printable ASCII').optional(),
  AIVEN_TOKEN_FILE: filled.optional(),
  SWITCHBACK_API_RATE: apiRate.optional(),
  SWITCHBACK_APPROVAL: z.enum(['none', 'required']).default('none'),
  SWITCHBACK_CONFIRM: z.enum(['none', 'required']).default('none'),
  SWITCHBACK_FOUR_EYES: z.enum(['true', 'false']).default('true'),
  SWITCHBACK_FAILOVER: z.enum(['off', 'allowed']).default('off'),
  SWITCHBACK_TASK_QUEUE: filled.default(TASK_QUEUE),
  SWITCHBACK_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  SWITCHBACK_READY_FILE: filled.optional(),
  SWITCHBACK_DATABASES: filled.optional(),
  SWITCHBACK_FREEZE_FILE: filled.optional(),
  SWITCHBACK_NOTIFY: filled.optional(),
  SWITCHBACK_UI_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  SWITCHBACK_METRICS_ADDRESS: address.optional(),
  SWITCHBACK_HEALTH_ADDRESS: address.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: overHttp.optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: overHttp.optional(),
});

/** @throws SwitchbackError CONFIG_INVALID, whose message lists every fault and never a value. */
export function loadWorkerConfig(env: Env): WorkerConfig {
  return allOrThrow({ worker: readWorker(env) }).worker;
}

/** Both at once, so that one message lists the faults of both. @throws SwitchbackError CONFIG_INVALID */
export function loadConfig(env: Env): { worker: WorkerConfig; temporal: TemporalConfig } {
  return allOrThrow({ worker: readWorker(env), temporal: readTemporal(env) });
}

/** Where the Aiven API is, whatever else is wrong. */
export function readBaseUrl(env: Env): Read<string> {
  const given = withoutEmpty(env);
  const { data, error } = workerEnv.pick({ AIVEN_WEB_URL: true }).safeParse(given);
  const clear = faultsOfClearText(given).filter((fault) => fault.startsWith('AIVEN_WEB_URL'));
  const faults = [...faultsOfSchema(error), ...clear];
  return data === undefined || faults.length > 0 ? { faults } : { value: data.AIVEN_WEB_URL };
}

/** The token, whatever else is wrong. */
export function readToken(env: Env): Read<WorkerConfig['aiven']['token']> {
  const given = withoutEmpty(env);
  const { data, error } = workerEnv.pick({ AIVEN_TOKEN: true, AIVEN_TOKEN_FILE: true }).safeParse(given);
  const faults = [...faultsOfSchema(error), ...faultsOfToken(given)];
  return data === undefined || faults.length > 0 ? { faults } : { value: tokenOf(data) };
}

/** The budget for requests to the API, whatever else is wrong. */
export function readApiRate(env: Env): Read<ApiRate | undefined> {
  const { data, error } = workerEnv.pick({ SWITCHBACK_API_RATE: true }).safeParse(withoutEmpty(env));
  return data === undefined ? { faults: faultsOfSchema(error) } : { value: data.SWITCHBACK_API_RATE };
}

/** As {@link loadWorkerConfig}, but throws nothing. */
export function readWorker(env: Env): Read<WorkerConfig> {
  const given = withoutEmpty(env);
  const parsed = workerEnv.safeParse(given);
  const faults = [
    ...faultsOfSchema(parsed.error),
    ...faultsOfToken(given),
    ...faultsOfClearText(given),
    ...faultsOfProxies(given),
  ];
  const databases = readPairs(given.SWITCHBACK_DATABASES, env);
  if ('faults' in databases) faults.push(...databases.faults);
  const freezes = given.SWITCHBACK_FREEZE_FILE;
  const frozen = freezes === undefined ? { value: [] } : readFreezes(freezes);
  if ('faults' in frozen) faults.push(...frozen.faults.map((fault) => `SWITCHBACK_FREEZE_FILE: ${fault}`));
  const evidence = readEvidence(env, stateFolder(env));
  if ('faults' in evidence) faults.push(...evidence.faults);
  const notify = readNotify(given.SWITCHBACK_NOTIFY, env);
  if ('faults' in notify) faults.push(...notify.faults.map((fault) => `SWITCHBACK_NOTIFY: ${fault}`));
  if (!parsed.success || faults.length > 0) return { faults };
  if ('faults' in databases || 'faults' in evidence || 'faults' in notify) return { faults };
  const settings = parsed.data;
  return {
    value: {
      aiven: {
        baseUrl: settings.AIVEN_WEB_URL,
        token: tokenOf(settings),
      },
      apiRate: settings.SWITCHBACK_API_RATE,
      taskQueue: settings.SWITCHBACK_TASK_QUEUE,
      policy: {
        approvalRequired: settings.SWITCHBACK_APPROVAL === 'required',
        fourEyes: settings.SWITCHBACK_FOUR_EYES === 'true',
        confirmTarget: settings.SWITCHBACK_CONFIRM === 'required',
      },
      allowsFailover: settings.SWITCHBACK_FAILOVER === 'allowed',
      logLevel: settings.SWITCHBACK_LOG_LEVEL,
      databases: databases.value,
      ...(freezes === undefined ? {} : { readFreezes: freezeReader(freezes) }),
      evidence: evidence.value,
      notify: { sinks: notify.value, uiUrl: settings.SWITCHBACK_UI_URL?.replace(/\/+$/, '') },
      metricsAddress: settings.SWITCHBACK_METRICS_ADDRESS,
      healthAddress: settings.SWITCHBACK_HEALTH_ADDRESS,
      traces:
        (settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? settings.OTEL_EXPORTER_OTLP_ENDPOINT) !== undefined,
      readyFile: settings.SWITCHBACK_READY_FILE,
    },
  };
}

/** Access to databases by the file at `path`, which is read again for each run. */
export function readPairs(path: string | undefined, env: Env): Read<Databases> {
  if (path === undefined) return { value: new Databases() };
  const read = readDatabases(path, env);
  if ('faults' in read) return { faults: read.faults.map((fault) => `SWITCHBACK_DATABASES: ${fault}`) };
  let last = read.value;
  const readAgain = async () => {
    const again = readDatabases(path, env);
    // A file that is being written at this moment is no reason to lose what worked.
    if ('value' in again) last = again.value;
    return last;
  };
  return { value: new Databases(read.value, readAgain) };
}

function tokenOf({
  AIVEN_TOKEN: token,
  AIVEN_TOKEN_FILE: file = '',
}: {
  AIVEN_TOKEN?: string | undefined;
  AIVEN_TOKEN_FILE?: string | undefined;
}): WorkerConfig['aiven']['token'] {
  return async () => token ?? (await readFile(file, 'utf8')).trim();
}

function faultsOfSchema(error: z.ZodError | undefined): string[] {
  return (error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

function faultsOfToken({ AIVEN_TOKEN: token, AIVEN_TOKEN_FILE: file }: Env): string[] {
  if (token === undefined && file === undefined) return ['AIVEN_TOKEN (or AIVEN_TOKEN_FILE) is not set'];
  return [
    ...(token !== undefined && file !== undefined
      ? ['AIVEN_TOKEN and AIVEN_TOKEN_FILE are both set; keep one']
      : []),
    ...(file === undefined ? [] : faultsOfTokenFile(file)),
  ];
}

function faultsOfTokenFile(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trim() === '' ? [`AIVEN_TOKEN_FILE: ${file} is empty`] : [];
  } catch (error) {
    return [
      `AIVEN_TOKEN_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`,
    ];
  }
}

function isBareUrl(text: string): boolean {
  if (!URL.canParse(text)) return true; // said already
  const { username, password, search, hash } = new URL(text);
  return `${username}${password}${search}${hash}` === '';
}
