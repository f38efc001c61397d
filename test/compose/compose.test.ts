import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DCLinter } from 'dclint';
import { TEMPORAL_CLI_VERSION } from '../../src/dev-server';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';
import { COMPOSE_FILE, ROOT, readComposeFile, readStages, readYaml } from './compose-file';

const scratch = useScratchFolder();
const { services, volumes, secrets } = readComposeFile();
const stages = readStages();
const stage = (name: string) => stages.find((candidate) => candidate.name === name);
const instructions = (name: string, keyword: string) =>
  (stage(name)?.instructions ?? []).filter((instruction) => instruction.keyword === keyword);
const each = Object.entries(services);
const inProfile = (profile: string) =>
  each.filter(([, { profiles }]) => profiles?.includes(profile)).map(([name]) => name);
const oneShots = ['temporal-schema', 'temporal-namespace'];

describe('the Compose specification', () => {
  // Services stand in the order in which they start, and keys from what a service is to how it is kept running.
  const rules = {
    'services-alphabetical-order': 0,
    'service-dependencies-alphabetical-order': 0,
    'service-keys-order': 0,
    'require-quotes-in-ports': [2, { quoteType: 'double' }],
  } as const;

  function faultsOf(path: string): string[] {
    const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] });
    // Its own types are lost to this module system.
    const results: { messages: { rule: string; message: string }[] }[] = linter.lintFiles([path], false);
    return results.flatMap(({ messages }) => messages.map(({ rule, message }) => `${rule}: ${message}`));
  }

  test('is met', () => {
    expect(faultsOf(COMPOSE_FILE)).toEqual([]);
  });

  test.each([
    ['a misspelt key', 'healthcheck:', 'healthchek:'],
    ['a value of the wrong type', 'restart: unless-stopped', 'restart: 5'],
    ['an unknown condition', 'service_healthy', 'service_is_well'],
  ])('the tool would notice %s', async (_case, right, wrong) => {
    const path = join(scratch(), 'docker-compose.yml');
    await writeFile(path, readFileSync(COMPOSE_FILE, 'utf8').replace(right, wrong));
    expect(faultsOf(path)).toEqual([expect.stringContaining('invalid-schema')]);
  });

  const composeVersion = spawnSync('docker', ['compose', 'version']);
  (composeVersion.status === 0 ? test : test.skip)('`docker compose config` accepts the file', async () => {
    const path = join(scratch(), 'docker-compose.yml');
    await copyFile(COMPOSE_FILE, path);
    execFileSync('docker', [
      'compose',
      '--profile',
      'lab',
      '--profile',
      'monitoring',
      '--file',
      path,
      'config',
      '--quiet',
    ]);
  });
});

describe('services', () => {
  test.each(each)('%s has an image pinned to a full version, or is built here', (_name, { image, build }) => {
    if (build) expect(stage(build.target)).toBeDefined();
    else expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+(\.\d+)?(-\w+)?$/);
  });

  test('server and schema tool are of one version', () => {
    const version = services.temporal?.image?.split(':')[1];
    for (const name of oneShots) expect(services[name]?.image).toBe(`temporalio/admin-tools:${version}`);
  });

  test('server and UI are the versions that the tests run with', () => {
    const version = execFileSync(testEnvironment.temporalCli(), ['--version'], { encoding: 'utf8' });
    const [, cli, server, ui] = /version (\S+) \(Server ([\d.]+), UI ([\d.]+)\)/.exec(version) ?? [];
    if (cli !== TEMPORAL_CLI_VERSION) return; // the user's own CLI
    expect(services.temporal?.image).toBe(`temporalio/server:${server}`);
    expect(services['temporal-ui']?.image).toBe(`temporalio/ui:${ui}`);
  });

  test('no web page can start or approve a run: the HTTP API is not published', () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(published.filter((port) => port.endsWith(':7243'))).toEqual([]);
  });

  test.each(each)('%s publishes its ports on loopback only', (_name, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test.each(each)('%s is a one-shot or has a health check', (name, { build, healthcheck }) => {
    if (oneShots.includes(name)) return;
    const inherited = build ? instructions(build.target, 'HEALTHCHECK').length > 0 : false;
    expect(healthcheck !== undefined || inherited).toBe(true);
  });

  test.each(each)('%s is started again when it fails', (name, { restart }) => {
    expect(restart).toMatch(oneShots.includes(name) ? /^on-failure:\d+$/ : /^unless-stopped$/);
  });

  test.each(each)('%s waits for what it needs to be ready, not only started', (_name, service) => {
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(condition).toBe(oneShots.includes(name) ? 'service_completed_successfully' : 'service_healthy');
    }
  });

  test('the worker starts only when schema, namespace and search attributes are there', () => {
    expect(Object.keys(services.worker?.depends_on ?? {})).toContain('temporal-namespace');
    expect(Object.keys(services['temporal-namespace']?.depends_on ?? {})).toContain('temporal');
    expect(Object.keys(services.temporal?.depends_on ?? {})).toContain('temporal-schema');
  });

  test('the lab is there on request only, and the worker does without it', () => {
    expect(inProfile('lab')).toEqual(['lab']);
    expect(services.worker?.depends_on?.lab?.required).toBe(false);
  });

  test('monitoring is there on request only, and nothing else waits for it', () => {
    expect(inProfile('monitoring')).toEqual(['prometheus', 'grafana']);
    expect(each.filter(([, { profiles }]) => profiles)).toHaveLength(3);
    const needed = each
      .filter(([name]) => name !== 'grafana')
      .flatMap(([, { depends_on = {} }]) => Object.keys(depends_on));
    expect(needed).not.toContain('prometheus');
  });

  test('the worker serves metrics where Prometheus looks for them, and to nobody outside', () => {
    const { scrape_configs: scrapes } = readYaml('deploy/monitoring/prometheus.yml') as {
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const [found] = scrapes[0]?.dns_sd_configs ?? [];
    expect(found?.names).toEqual(['worker']);
    expect(services.worker?.environment?.SWITCHBACK_METRICS_ADDRESS).toBe(`0.0.0.0:${found?.port}`);
    expect(services.worker?.ports).toBeUndefined();
  });

  test('nobody can log in to the dashboard, and everybody who reaches it can only look', () => {
    expect(services.grafana?.environment).toMatchObject({
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_AUTH_DISABLE_LOGIN_FORM: 'true',
      GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: 'true',
    });
  });

  test.each(each)('%s mounts named volumes, and files of this project read-only', (_name, service) => {
    for (const volume of service.volumes ?? []) {
      const [source = '', , mode] = volume.split(':');
      if (source.startsWith('./')) expect([existsSync(join(ROOT, source)), mode]).toEqual([true, 'ro']);
      else expect(Object.keys(volumes)).toContain(source);
    }
  });

  test('the worker is given longer to stop than it takes at most', () => {
    expect(services.worker?.stop_grace_period).toBe('30s');
    expect(services.worker?.read_only).toBe(true);
  });
});

describe('secrets', () => {
  test('come from files', () => {
    expect(Object.keys(secrets).sort()).toEqual(['aiven_token', 'temporal_db_password']);
    for (const { file } of Object.values(secrets)) expect(file).toMatch(/^\$\{[A-Z_]+_FILE:-\.\/secrets\//);
  });

  test.each(each)('%s is told of secrets by the paths of files that it was given', (_name, service) => {
    for (const [name, value] of Object.entries(service.environment ?? {})) {
      if (!/token|secret|passw|pwd|key/i.test(name)) continue;
      expect(name).toMatch(/_FILE$/);
      expect(service.secrets ?? []).toContain(value.replace('/run/secrets/', ''));
    }
  });

  test('nothing in the file reads like one', () => {
    const literals = each.flatMap(([, { environment = {}, command = [] }]) => [
      ...Object.values(environment),
      ...command,
    ]);
    for (const literal of literals)
      expect(String(literal)).not.toMatch(/[A-Za-z0-9+=]{24,}|:\/\/[^/@]+:[^/@]+@/);
  });

  test('cannot get into an image: the build context is a list of what may', () => {
    const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const [first, ...allowed] = lines;
    expect(first).toBe('*');
    const copied = stages
      .flatMap(({ instructions: all }) => all)
      .filter(({ keyword, rest }) => keyword === 'COPY' && !rest.startsWith('--from='))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(new Set(allowed)).toEqual(new Set(copied.map((path) => `!${path}`)));
  });
});

describe('the images', () => {
  test('are of stages with names, on one pinned base', () => {
    expect(stages.map(({ name }) => name)).toEqual([
      'base',
      'build',
      'production-dependencies',
      'lab',
      'worker',
    ]);
    expect(stage('base')?.from).toMatch(/^node:\d+\.\d+\.\d+-\w+-slim$/);
    expect(new Set(stages.slice(1).map(({ from }) => from))).toEqual(new Set(['base']));
  });

  test.each(['worker', 'lab'])('%s runs as a user that is not root', (name) => {
    expect(instructions(name, 'USER').map(({ rest }) => rest)).toEqual(['node']);
    const order = stage(name)?.instructions.map(({ keyword }) => keyword) ?? [];
    expect(order.indexOf('USER')).toBeLessThan(order.indexOf('CMD'));
  });

  test('the worker carries no development dependencies', () => {
    const sources = instructions('worker', 'COPY').map(({ rest }) => rest);
    expect(sources.filter((rest) => rest.includes('node_modules'))).toEqual([
      '--from=production-dependencies /app/node_modules node_modules',
    ]);
    expect(instructions('production-dependencies', 'RUN')[0]?.rest).toContain('npm ci --omit=dev');
  });

  test.each(['build', 'production-dependencies'])('%s runs no install script of a package', (name) => {
    const installs = instructions(name, 'RUN').filter(({ rest }) => rest.includes('npm '));
    for (const { rest } of installs) expect(rest).toContain('--ignore-scripts');
  });

  test("the worker's health check follows the ready file", async () => {
    const [check] = instructions('worker', 'HEALTHCHECK');
    const [node = '', ...args] = JSON.parse(check?.rest.replace(/^.*?CMD /, '') ?? '[]') as string[];
    const readyFile = join(scratch(), 'ready');
    const probe = () =>
      spawnSync(node, args, { env: { ...process.env, SWITCHBACK_READY_FILE: readyFile } }).status === 0;
    expect(probe()).toBe(false);
    await writeFile(readyFile, `${process.pid}\n`);
    expect(probe()).toBe(true);
    await writeFile(readyFile, '999999999\n');
    expect(probe()).toBe(false);
  });
});

test("the server's dynamic configuration is what the dev server is tuned with", () => {
  expect(readYaml('deploy/temporal/dynamic-config.yaml')).toEqual({
    'history.transferProcessorMaxPollRPS': [{ value: 2000 }],
  });
});
