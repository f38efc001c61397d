import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stateFolder } from '../../src/config/environment';
import { loadTemporalConfig, taskQueueOf } from '../../src/config/temporal';
import { loadConfig, loadWorkerConfig } from '../../src/config/worker';
import { SwitchbackError } from '../../src/contract/errors';
import { useScratchFolder } from '../support/scratch';

const folder = useScratchFolder();
/** What must never be repeated in a message. */
const SECRET = 's3cret-v4lue';

/** The faults of a configuration that is refused, one by one. */
function faultsOf(load: () => unknown): string[] {
  try {
    load();
  } catch (error) {
    if (!(error instanceof SwitchbackError)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).not.toContain(SECRET);
    const [title, ...faults] = error.message.split('\n  - ');
    expect(title).toBe('The configuration is not valid:');
    return faults;
  }
  throw new Error('it was accepted');
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder(), name);
  await writeFile(path, text);
  return path;
}

describe('the configuration of a worker', () => {
  const workerFaults = (env: Record<string, string>) => faultsOf(() => loadWorkerConfig(env));

  test('needs a token only; the rest has defaults', async () => {
    const { aiven, ...rest } = loadWorkerConfig({ AIVEN_TOKEN: SECRET });
    expect(aiven.baseUrl).toBe('https://api.aiven.io');
    expect(await aiven.token()).toBe(SECRET);
    expect(rest).toMatchObject({ taskQueue: 'switchback', logLevel: 'info', readyFile: undefined });
  });

  test('takes every variable, without the white space around it', async () => {
    const { aiven, ...rest } = loadWorkerConfig({
      AIVEN_WEB_URL: ' http://127.0.0.1:8080/api ',
      AIVEN_TOKEN: ` ${SECRET}\n`,
      SWITCHBACK_TASK_QUEUE: ' other ',
      SWITCHBACK_LOG_LEVEL: 'warn',
      SWITCHBACK_READY_FILE: '/run/ready',
      SWITCHBACK_API_RATE: ' 4/s ',
    });
    expect(aiven.baseUrl).toBe('http://127.0.0.1:8080/api');
    expect(await aiven.token()).toBe(SECRET);
    expect(rest).toMatchObject({ taskQueue: 'other', logLevel: 'warn', readyFile: '/run/ready' });
    expect(rest.apiRate).toEqual({ perMinute: 240, text: '4/s' });
  });

  test('an empty variable means that it is not set', () => {
    const env = {
      AIVEN_WEB_URL: '',
      SWITCHBACK_TASK_QUEUE: '  ',
      SWITCHBACK_LOG_LEVEL: '',
      AIVEN_TOKEN: 'x',
    };
    expect(loadWorkerConfig(env)).toMatchObject({ taskQueue: 'switchback', logLevel: 'info' });
    expect(workerFaults({ AIVEN_TOKEN: ' ' })).toEqual(['AIVEN_TOKEN (or AIVEN_TOKEN_FILE) is not set']);
    expect(taskQueueOf({ SWITCHBACK_TASK_QUEUE: ' ' })).toBe('switchback');
    expect(taskQueueOf({ SWITCHBACK_TASK_QUEUE: ' other ' })).toBe('other');
  });

  test.each([
    ['no URL', { AIVEN_WEB_URL: SECRET }, 'AIVEN_WEB_URL: must be an http or https URL'],
    ['another scheme', { AIVEN_WEB_URL: `ftp://${SECRET}` }, 'AIVEN_WEB_URL: must be an http or https URL'],
    [
      'a password in the URL',
      { AIVEN_WEB_URL: `https://u:${SECRET}@h/` },
      'AIVEN_WEB_URL: must not hold a user, a password, a query or a fragment',
    ],
    [
      'a token of two words',
      { AIVEN_TOKEN: `two ${SECRET}` },
      'AIVEN_TOKEN: must be one word of printable ASCII',
    ],
    [
      'a log level that is none',
      { SWITCHBACK_LOG_LEVEL: SECRET },
      'SWITCHBACK_LOG_LEVEL: Invalid option: expected one of "trace"|"debug"|"info"|"warn"|"error"|"silent"',
    ],
  ])('refuses %s', (_what, env, fault) => {
    expect(workerFaults({ AIVEN_TOKEN: 'x', ...env })).toEqual([fault]);
  });

  test('refuses a token file that is missing, empty, or named beside a token', async () => {
    const missing = join(folder(), 'missing');
    const empty = await file('empty', ' \n');
    const good = await file('good', SECRET);
    expect(workerFaults({ AIVEN_TOKEN_FILE: missing })).toEqual([
      `AIVEN_TOKEN_FILE: ${missing} cannot be read (ENOENT)`,
    ]);
    expect(workerFaults({ AIVEN_TOKEN_FILE: empty })).toEqual([`AIVEN_TOKEN_FILE: ${empty} is empty`]);
    expect(workerFaults({ AIVEN_TOKEN_FILE: good, AIVEN_TOKEN: SECRET })).toEqual([
      'AIVEN_TOKEN and AIVEN_TOKEN_FILE are both set; keep one',
    ]);
  });

  test('reads a token file again for every request, so a renewed one counts', async () => {
    const tokenFile = await file('token', 'first\n');
    const { aiven } = loadWorkerConfig({ AIVEN_TOKEN_FILE: tokenFile });
    expect(await aiven.token()).toBe('first');
    await writeFile(tokenFile, 'second\n');
    expect(await aiven.token()).toBe('second');
  });
});

describe('how to reach Temporal', () => {
  const temporalFaults = (env: Record<string, string>) => faultsOf(() => loadTemporalConfig(env));

  test('has defaults for a local server', () => {
    expect(loadTemporalConfig({})).toMatchObject({
      address: 'localhost:7233',
      namespace: 'default',
      summary: 'localhost:7233, namespace default, no TLS',
    });
  });

  test('takes the standard variables, and says what it connects to without the key', () => {
    const env = { TEMPORAL_ADDRESS: 'h.example:7', TEMPORAL_NAMESPACE: 'ops', TEMPORAL_API_KEY: SECRET };
    const config = loadTemporalConfig(env);
    expect(config.connectionOptions).toMatchObject({ address: 'h.example:7', apiKey: SECRET, tls: true });
    expect(config.summary).toBe('h.example:7, namespace ops, TLS, API key');
  });

  test.each(['True', 'TRUE', 'yes', 'on'])('refuses TEMPORAL_TLS=%s, which would switch TLS off', (text) => {
    expect(temporalFaults({ TEMPORAL_TLS: text })).toEqual([
      'TEMPORAL_TLS must be true or false in lower case; any other text would switch TLS off',
    ]);
  });

  test.each([
    ['true', 'TLS'],
    ['1', 'TLS'],
    ['false', 'no TLS'],
    ['0', 'no TLS'],
    ['', 'no TLS'],
  ])('takes TEMPORAL_TLS=%s', (text, security) => {
    expect(loadTemporalConfig({ TEMPORAL_TLS: text }).summary).toBe(
      `localhost:7233, namespace default, ${security}`,
    );
  });

  test('refuses a client certificate without its key, and a key without its certificate', async () => {
    const fault =
      'TEMPORAL_TLS_CLIENT_CERT_* and TEMPORAL_TLS_CLIENT_KEY_* (client_cert_* and client_key_* of a profile) must be set together';
    expect(temporalFaults({ TEMPORAL_TLS_CLIENT_CERT_DATA: SECRET })).toEqual([fault]);
    expect(temporalFaults({ TEMPORAL_TLS_CLIENT_KEY_DATA: SECRET })).toEqual([fault]);
    const profile = await file('half.toml', `[profile.default.tls]\nclient_key_data = "${SECRET}"\n`);
    expect(temporalFaults({ TEMPORAL_CONFIG_FILE: profile })).toEqual([fault]);
    const pair = { TEMPORAL_TLS_CLIENT_CERT_DATA: 'c', TEMPORAL_TLS_CLIENT_KEY_DATA: SECRET };
    expect(loadTemporalConfig(pair).connectionOptions.tls).toMatchObject({ clientCertPair: {} });
  });

  test('refuses a certificate file that is not there', () => {
    const [cert, key] = [join(folder(), 'none.pem'), join(folder(), 'none.key')];
    const env = { TEMPORAL_TLS_CLIENT_CERT_PATH: cert, TEMPORAL_TLS_CLIENT_KEY_PATH: key };
    expect(temporalFaults(env)).toEqual([
      `Temporal settings: ENOENT: no such file or directory, open '${cert}'`,
    ]);
  });

  test('refuses a profile file that was named and is not there, or is a folder', async () => {
    const missing = join(folder(), 'missing.toml');
    expect(temporalFaults({ TEMPORAL_CONFIG_FILE: missing })).toEqual([
      `TEMPORAL_CONFIG_FILE: ${missing} does not exist`,
    ]);
    expect(temporalFaults({ TEMPORAL_CONFIG_FILE: folder() })).toEqual([
      'Temporal settings: EISDIR: illegal operation on a directory, read',
    ]);
  });

  test('refuses a word in the profile file that nobody reads', async () => {
    const path = await file('typo.toml', `[profile.default]\napi_kay = "${SECRET}"\n`);
    expect(temporalFaults({ TEMPORAL_CONFIG_FILE: path })).toEqual([
      'Temporal settings: Validation error: key(s) unrecognized in profile.default: api_kay',
    ]);
  });

  test('says in which line a profile file is broken, and nothing of what stands there', async () => {
    const path = await file('broken.toml', `[profile.default]\naddress = "h:1"\napi_key = "${SECRET}\n`);
    const [fault, ...more] = temporalFaults({ TEMPORAL_CONFIG_FILE: path });
    expect(more).toEqual([]);
    expect(fault).toMatch(/^Temporal settings: Invalid TOML document: .* \(line 3\)$/);
  });

  test('honours the profile file: the default one, the one named, and the environment above it', async () => {
    const text = [
      '[profile.default]',
      'address = "one.example:7233"',
      'namespace = "ops"',
      `api_key = "${SECRET}"`,
      '[profile.other]',
      'address = "two.example:7233"',
    ].join('\n');
    const TEMPORAL_CONFIG_FILE = await file('profiles.toml', text);
    const summary = (env: Record<string, string>) =>
      loadTemporalConfig({ TEMPORAL_CONFIG_FILE, ...env }).summary;
    expect(summary({})).toBe('one.example:7233, namespace ops, TLS, API key');
    expect(summary({ TEMPORAL_PROFILE: 'other' })).toBe('two.example:7233, namespace default, no TLS');
    expect(summary({ TEMPORAL_NAMESPACE: 'mine' })).toBe('one.example:7233, namespace mine, TLS, API key');
    expect(temporalFaults({ TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE: 'nope' })).toEqual([
      "Temporal settings: Profile 'nope' not found in config data",
    ]);
  });

  test('finds the profile file in its usual place', async () => {
    const home = join(folder(), 'config');
    await mkdir(join(home, 'temporalio'), { recursive: true });
    await writeFile(join(home, 'temporalio', 'temporal.toml'), '[profile.default]\nnamespace = "mine"\n');
    const place = process.platform === 'darwin' ? {} : { XDG_CONFIG_HOME: home };
    expect(loadTemporalConfig(place).namespace).toBe(process.platform === 'darwin' ? 'default' : 'mine');
  });
});

test('one message lists the faults of the worker and of Temporal', () => {
  const env = {
    AIVEN_WEB_URL: SECRET,
    SWITCHBACK_LOG_LEVEL: SECRET,
    TEMPORAL_TLS: 'True',
    TEMPORAL_TLS_CLIENT_KEY_DATA: SECRET,
    TEMPORAL_CONFIG_FILE: join(folder(), 'nowhere.toml'),
  };
  expect(faultsOf(() => loadConfig(env)).map((fault) => fault.split(' ')[0])).toEqual([
    'AIVEN_WEB_URL:',
    'SWITCHBACK_LOG_LEVEL:',
    'AIVEN_TOKEN',
    'TEMPORAL_CONFIG_FILE:',
    'TEMPORAL_TLS',
    'TEMPORAL_TLS_CLIENT_CERT_*',
  ]);
});

test('state is kept where the system keeps it', () => {
  expect(stateFolder({ XDG_STATE_HOME: '/var/state' })).toBe('/var/state/switchback');
  expect(stateFolder({})).toMatch(/\/\.local\/state\/switchback$/);
});
