import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { z } from 'zod';
import { DEFAULT_BASE_URL } from '../aiven';
import type { WorkerPolicy } from '../contract/activities';
import { SwitchbackError } from '../contract/errors';
import { TASK_QUEUE } from '../contract/workflow-id';
import type { NotifySettings, SinkSettings } from '../notify/settings';
import { Databases } from '../postgres';
import { readDatabases } from './databases';
import { type EvidenceSettings, readEvidence } from './evidence';
import { readNotify } from './notify';

export type { EvidenceSettings, S3Settings } from './evidence';

type Env = Readonly<Record<string, string | undefined>>;

/** The configuration of a worker: one validated object, read once. The only reader of the environment is this folder. */
export interface WorkerConfig {
  aiven: {
    baseUrl: string;
    /** Asked before every request, so that a token file that was renewed is picked up without a restart. */
    token: () => Promise<string>;
  };
  taskQueue: string;
  /** What this worker demands of every run, whatever its input says. */
  policy: WorkerPolicy;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** The pairs whose databases this worker may reach; without any, nothing is measured and the report says so. */
  databases: Databases;
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

/** How to reach Temporal: the standard settings, from the environment and the profile file. */
export interface TemporalConfig {
  address: string;
  namespace: string;
  connectionOptions: ReturnType<typeof toClientOptions>['connectionOptions'];
  /** For a log line; holds no secret. */
  summary: string;
}

/** A value, or everything that is wrong with it. */
export type Read<T> = { value: T } | { faults: string[] };

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
  AIVEN_TOKEN: filled.regex(/^[\x21-\x7e]+$/, 'must be one word of printable ASCII').optional(),
  AIVEN_TOKEN_FILE: filled.optional(),
  SWITCHBACK_APPROVAL: z.enum(['none', 'required']).default('none'),
  SWITCHBACK_CONFIRM: z.enum(['none', 'required']).default('none'),
  SWITCHBACK_FOUR_EYES: z.enum(['true', 'false']).default('true'),
  SWITCHBACK_TASK_QUEUE: filled.default(TASK_QUEUE),
  SWITCHBACK_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  SWITCHBACK_READY_FILE: filled.optional(),
  SWITCHBACK_DATABASES: filled.optional(),
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

/**
 * Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS* and the profile file, and refuses
 * the settings that the standard reader passes over in silence.
 *
 * @throws SwitchbackError CONFIG_INVALID
 */
export function loadTemporalConfig(env: Env): TemporalConfig {
  return allOrThrow({ temporal: readTemporal(env) }).temporal;
}

/** Both at once, so that one message lists the faults of both. @throws SwitchbackError CONFIG_INVALID */
export function loadConfig(env: Env): { worker: WorkerConfig; temporal: TemporalConfig } {
  return allOrThrow({ worker: readWorker(env), temporal: readTemporal(env) });
}

/** The configuration part by part: whoever looks for all that is wrong goes on with what is right. */
export interface ConfigInspection {
  /** What CONFIG_INVALID would list. */
  faults: string[];
  baseUrl: Read<string>;
  token: Read<WorkerConfig['aiven']['token']>;
  databases: Read<Databases>;
  evidence: Read<EvidenceSettings>;
  sinks: Read<SinkSettings[]>;
  temporal: Read<TemporalConfig>;
  taskQueue: string;
}

/** Reads everything and throws nothing. */
export function inspectConfig(env: Env): ConfigInspection {
  const settings = withoutEmpty(env);
  const temporal = readTemporal(env);
  // As if nothing else were set: a fault elsewhere is said once, and hides nothing.
  const { AIVEN_WEB_URL, AIVEN_TOKEN, AIVEN_TOKEN_FILE } = settings;
  const ofUrl = readWorker({ AIVEN_WEB_URL, AIVEN_TOKEN: 'any' });
  const ofToken = readWorker({ AIVEN_TOKEN, AIVEN_TOKEN_FILE });
  return {
    faults: [readWorker(env), temporal].flatMap((part) => ('faults' in part ? part.faults : [])),
    baseUrl: 'faults' in ofUrl ? ofUrl : { value: ofUrl.value.aiven.baseUrl },
    token: 'faults' in ofToken ? ofToken : { value: ofToken.value.aiven.token },
    databases: databasesOf(settings.SWITCHBACK_DATABASES, env),
    evidence: readEvidence(env, stateFolder(env)),
    sinks: readNotify(settings.SWITCHBACK_NOTIFY, env),
    temporal,
    taskQueue: taskQueueOf(env),
  };
}

function readWorker(env: Env): Read<WorkerConfig> {
  const parsed = workerEnv.safeParse(withoutEmpty(env));
  const faults = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const { AIVEN_TOKEN: tokenText, AIVEN_TOKEN_FILE: file } = withoutEmpty(env);
  if (tokenText === undefined && file === undefined)
    faults.push('AIVEN_TOKEN (or AIVEN_TOKEN_FILE) is not set');
  if (tokenText !== undefined && file !== undefined)
    faults.push('AIVEN_TOKEN and AIVEN_TOKEN_FILE are both set; keep one');
  if (file !== undefined) faults.push(...faultsOfTokenFile(file));
  const databases = databasesOf(withoutEmpty(env).SWITCHBACK_DATABASES, env);
  if ('faults' in databases) faults.push(...databases.faults);
  const evidence = readEvidence(env, stateFolder(env));
  if ('faults' in evidence) faults.push(...evidence.faults);
  const notify = readNotify(withoutEmpty(env).SWITCHBACK_NOTIFY, env);
  if ('faults' in notify) faults.push(...notify.faults.map((fault) => `SWITCHBACK_NOTIFY: ${fault}`));
  if (!parsed.success || faults.length > 0) return { faults };
  if ('faults' in databases || 'faults' in evidence || 'faults' in notify) return { faults };
  const { AIVEN_TOKEN: token, ...settings } = parsed.data;
  return {
    value: {
      aiven: {
        baseUrl: settings.AIVEN_WEB_URL,
        token: async () => token ?? (await readFile(settings.AIVEN_TOKEN_FILE ?? '', 'utf8')).trim(),
      },
      taskQueue: settings.SWITCHBACK_TASK_QUEUE,
      policy: {
        approvalRequired: settings.SWITCHBACK_APPROVAL === 'required',
        fourEyes: settings.SWITCHBACK_FOUR_EYES === 'true',
        confirmTarget: settings.SWITCHBACK_CONFIRM === 'required',
      },
      logLevel: settings.SWITCHBACK_LOG_LEVEL,
      databases: databases.value,
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

function databasesOf(path: string | undefined, env: Env): Read<Databases> {
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

function readTemporal(env: Env): Read<TemporalConfig> {
  const settings = withoutEmpty(env);
  const faults = faultsOfTemporal(settings);
  try {
    const profile = loadClientConfigProfile({ overrideEnvVars: settings, configFileStrict: true });
    if ((profile.tls?.clientCert === undefined) !== (profile.tls?.clientKey === undefined)) {
      const names = 'TEMPORAL_TLS_CLIENT_CERT_* and TEMPORAL_TLS_CLIENT_KEY_*';
      faults.push(`${names} (client_cert_* and client_key_* of a profile) must be set together`);
    }
    const { connectionOptions, namespace = 'default' } = toClientOptions(profile);
    const address = connectionOptions.address ?? 'localhost:7233';
    const security = [
      connectionOptions.tls ? 'TLS' : 'no TLS',
      ...(connectionOptions.apiKey ? ['API key'] : []),
    ];
    const summary = `${address}, namespace ${namespace}, ${security.join(', ')}`;
    if (faults.length === 0) return { value: { address, namespace, connectionOptions, summary } };
  } catch (error) {
    faults.push(`Temporal settings: ${withoutExcerpt(error)}`);
  }
  return { faults };
}

function allOrThrow<T extends object>(parts: { [K in keyof T]: Read<T[K]> }): T {
  const entries = Object.entries<Read<unknown>>(parts);
  const faults = entries.flatMap(([, part]) => ('faults' in part ? part.faults : []));
  if (faults.length > 0) {
    throw new SwitchbackError(
      'CONFIG_INVALID',
      `The configuration is not valid:\n  - ${faults.join('\n  - ')}`,
    );
  }
  return Object.fromEntries(entries.map(([name, part]) => [name, 'value' in part && part.value])) as T;
}

/** The task queue on which runs are started: the one that the workers of the same environment poll. */
export function taskQueueOf(env: Env): string {
  return env.SWITCHBACK_TASK_QUEUE?.trim() || TASK_QUEUE;
}

/** Where a command keeps its state between calls: `XDG_STATE_HOME`, by default `~/.local/state`. */
export function stateFolder(env: Env): string {
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'switchback');
}

/** An empty variable means "not set", as a compose file or a CI system leaves it. */
function withoutEmpty(env: Env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]?.trim())),
  );
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

function faultsOfTemporal(env: Env): string[] {
  const faults: string[] = [];
  const { TEMPORAL_CONFIG_FILE: file, TEMPORAL_TLS: tls } = env;
  // The standard reader takes a file that is not there for an empty one.
  if (file && !existsSync(file)) faults.push(`TEMPORAL_CONFIG_FILE: ${file} does not exist`);
  if (tls && !['1', 'true', '0', 'false'].includes(tls)) {
    faults.push('TEMPORAL_TLS must be true or false in lower case; any other text would switch TLS off');
  }
  return faults;
}

function isBareUrl(text: string): boolean {
  if (!URL.canParse(text)) return true; // said already
  const { username, password, search, hash } = new URL(text);
  return `${username}${password}${search}${hash}` === '';
}

/** A TOML error ends with the lines around the fault, and they may hold an API key. */
function withoutExcerpt(error: unknown): string {
  const { message, line } = error as Error & { line?: number };
  const [text] = message.split('\n');
  return line === undefined ? `${text}` : `${text} (line ${line})`;
}
