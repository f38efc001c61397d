import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { DEFAULT_BASE_URL } from './aiven';
import { SwitchbackError } from './contract/errors';
import { TASK_QUEUE } from './contract/workflow-id';

type Env = Readonly<Record<string, string | undefined>>;

/** The configuration of a worker: one validated object, read once. The only reader of the environment is this file. */
export interface WorkerConfig {
  aiven: {
    baseUrl: string;
    /** Asked before every request, so that a token file that was renewed is picked up without a restart. */
    token: () => Promise<string>;
  };
  taskQueue: string;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** A file that exists while the worker polls, for a container's health check. */
  readyFile: string | undefined;
}

/** How to reach Temporal: the standard settings, from the environment and the profile file. */
export interface TemporalConfig {
  address: string;
  namespace: string;
  connectionOptions: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  /** For a log line; holds no secret. */
  summary: string;
}

const filled = z.string().trim().min(1);
const workerEnv = z.object({
  AIVEN_WEB_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .default(DEFAULT_BASE_URL),
  AIVEN_TOKEN: filled.optional(),
  AIVEN_TOKEN_FILE: filled.optional(),
  SWITCHBACK_TASK_QUEUE: filled.default(TASK_QUEUE),
  SWITCHBACK_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  SWITCHBACK_READY_FILE: filled.optional(),
});

/** @throws SwitchbackError CONFIG_INVALID, whose message lists every fault and never a value. */
export function loadWorkerConfig(env: Env): WorkerConfig {
  const parsed = workerEnv.safeParse(withoutEmpty(env));
  const faults = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const { AIVEN_TOKEN: token, AIVEN_TOKEN_FILE: file } = withoutEmpty(env);
  if (token === undefined && file === undefined) faults.push('AIVEN_TOKEN (or AIVEN_TOKEN_FILE) is not set');
  if (token !== undefined && file !== undefined)
    faults.push('AIVEN_TOKEN and AIVEN_TOKEN_FILE are both set; keep one');
  if (file !== undefined) faults.push(...faultsOfTokenFile(file));
  if (!parsed.success || faults.length > 0) {
    throw new SwitchbackError(
      'CONFIG_INVALID',
      `The configuration is not valid:\n  - ${faults.join('\n  - ')}`,
    );
  }
  return {
    aiven: {
      baseUrl: parsed.data.AIVEN_WEB_URL,
      token: async () => token ?? (await readFile(file ?? '', 'utf8')).trim(),
    },
    taskQueue: parsed.data.SWITCHBACK_TASK_QUEUE,
    logLevel: parsed.data.SWITCHBACK_LOG_LEVEL,
    readyFile: parsed.data.SWITCHBACK_READY_FILE,
  };
}

/**
 * Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS* and the profile file, and refuses
 * the settings that the standard reader passes over in silence.
 *
 * @throws SwitchbackError CONFIG_INVALID
 */
export function loadTemporalConfig(env: Env): TemporalConfig {
  const faults = faultsOfTemporal(env);
  if (faults.length > 0) {
    throw new SwitchbackError(
      'CONFIG_INVALID',
      `The Temporal settings are not valid:\n  - ${faults.join('\n  - ')}`,
    );
  }
  try {
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({
      overrideEnvVars: withoutEmpty(env),
      configFileStrict: true,
    });
    const address = connectionOptions.address ?? 'localhost:7233';
    const security = [
      connectionOptions.tls ? 'TLS' : 'no TLS',
      ...(connectionOptions.apiKey ? ['API key'] : []),
    ];
    return {
      address,
      namespace,
      connectionOptions,
      summary: `${address}, namespace ${namespace}, ${security.join(', ')}`,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SwitchbackError('CONFIG_INVALID', `The Temporal settings are not valid:\n  - ${why}`);
  }
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
  const file = env.TEMPORAL_CONFIG_FILE;
  if (file) {
    try {
      readFileSync(file);
    } catch {
      faults.push(`TEMPORAL_CONFIG_FILE: ${file} cannot be read`);
    }
  }
  const tls = env.TEMPORAL_TLS;
  if (tls && !['1', 'true', '0', 'false'].includes(tls)) {
    faults.push('TEMPORAL_TLS must be true or false in lower case; any other text would switch TLS off');
  }
  const has = (name: string) => Boolean(env[`${name}_PATH`] || env[`${name}_DATA`]);
  if (has('TEMPORAL_TLS_CLIENT_CERT') !== has('TEMPORAL_TLS_CLIENT_KEY')) {
    faults.push(
      'TEMPORAL_TLS_CLIENT_CERT_* and TEMPORAL_TLS_CLIENT_KEY_* must be set together; one alone is ignored',
    );
  }
  return faults;
}
