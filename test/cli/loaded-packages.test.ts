import { execFile, execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { loadEmbedded } from '../../src/cli/load-embedded';
import { built, useBuild } from '../doors/build';

useBuild();

const ROOT = resolve(__dirname, '../..');

/** Nothing answers at either address, so that each command gets as far as its first request. */
const NOBODY = { TEMPORAL_ADDRESS: '127.0.0.1:1', AIVEN_WEB_URL: 'http://127.0.0.1:1', AIVEN_TOKEN: 'none' };

function packagesOf(...args: string[]): Promise<string[]> {
  const preload = join(__dirname, 'print-loaded.cjs');
  const { PATH = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['-r', preload, built('starter'), ...args],
      { env: { PATH, HOME: '/nonexistent', ...NOBODY } },
      (_, __, stderr) => resolve(JSON.parse(/^loaded (.*)$/m.exec(stderr)?.[1] ?? '')),
    );
  });
}

test('help, completion and faults of the options load nothing but what reads options and colours text', async () => {
  const lines = ['--help', 'run --help', 'plan pg-main', 'completion bash'];
  const loaded = await Promise.all(lines.map((line) => packagesOf(...line.split(' '))));
  expect(loaded).toEqual(lines.map(() => ['commander', 'picocolors']));
});

test('what needs no worker loads none, and what speaks to Temporal alone loads no more than that', async () => {
  const worker = ['@temporalio/worker', '@temporalio/core-bridge', 'd3-scale'];
  const unwanted: Record<string, string[]> = {
    list: [...worker, 'undici', 'zod', 'pg'],
    'run p/s': [...worker, 'undici', 'zod', 'pg'],
    'status p/s': worker,
    'doctor p/s': worker,
  };
  const loaded = await Promise.all(
    Object.entries(unwanted).map(async ([line, names]) => {
      const packages = await packagesOf(...line.split(' '));
      expect(packages).toContain('@temporalio/client');
      return [line, packages.filter((name) => names.includes(name))];
    }),
  );
  expect(loaded).toEqual(Object.keys(unwanted).map((line) => [line, []]));
});

test('who requires the package loads no worker, and nothing that only a worker needs', () => {
  const script = `require('switchback'); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const loaded: string[] = JSON.parse(
    execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' }),
  );
  const worker = /@temporalio\/(worker|core-bridge|testing)|@opentelemetry|undici|\/pg\/|\/zod\/|\/pino\//;
  expect(loaded.filter((path) => worker.test(path))).toEqual([]);
  expect(loaded.some((path) => path.includes('@temporalio/client'))).toBe(true);
});

test('without the optional packages, --embedded says how to install them', () => {
  expect(() => loadEmbedded(() => require('@temporalio/not-installed'))).toThrow(
    'This installation holds the client alone, and --embedded runs a worker. Install switchback without --omit=optional.',
  );
});
