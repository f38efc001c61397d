import { existsSync } from 'node:fs';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { TASK_QUEUE } from '../contract/workflow-id';
import { allOrThrow, type Env, type Read, withoutEmpty } from './environment';

/** How to reach Temporal: the standard settings, from the environment and the profile file. */
export interface TemporalConfig {
  address: string;
  namespace: string;
  connectionOptions: ReturnType<typeof toClientOptions>['connectionOptions'];
  /** For a log line; holds no secret. */
  summary: string;
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

/** The task queue on which runs are started: the one that the workers of the same environment poll. */
export function taskQueueOf(env: Env): string {
  return env.SWITCHBACK_TASK_QUEUE?.trim() || TASK_QUEUE;
}

/** As {@link loadTemporalConfig}, but throws nothing. */
export function readTemporal(env: Env): Read<TemporalConfig> {
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

/** A TOML error ends with the lines around the fault, and they may hold an API key. */
function withoutExcerpt(error: unknown): string {
  const { message, line } = error as Error & { line?: number };
  const [text] = message.split('\n');
  return line === undefined ? `${text}` : `${text} (line ${line})`;
}
