import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { useScratchFolder, writeScript } from '../scratch';

const scratch = useScratchFolder();
const TOOLS = join(__dirname, '..', '..', '..', 'scripts', 'ci-tools.sh');
const ALL = { chromium: '', curl: '', jq: '', tmux: '', python3: '' };

/** Runs the script on a machine that has these commands and nothing else, and says what apt-get was asked for. */
async function ciTools(commands: Record<string, string>) {
  const bin = await mkdtemp(join(scratch(), 'bin-'));
  for (const name of ['bash', 'env', 'timeout'])
    await symlink(spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim(), join(bin, name));
  for (const [name, body] of Object.entries(commands)) await writeScript(join(bin, name), body);
  const log = join(bin, 'apt.log');
  const env = { PATH: bin, APT_LOG: log };
  const { status, stderr } = spawnSync(TOOLS, { env, encoding: 'utf8', timeout: 30_000 });
  return { status, stderr, apt: existsSync(log) ? await readFile(log, 'utf8') : '' };
}

/** An apt-get that writes down what it is asked for. */
const APT = 'echo "$*" >> "$APT_LOG"';
const ROOT = { id: 'echo 0', 'apt-get': APT };

test('installs what is missing, and only that', async () => {
  const { status, apt } = await ciTools({ ...ROOT, curl: '', python3: '' });
  expect(status).toBe(0);
  expect(apt.split('\n')).toEqual([
    expect.stringContaining('update'),
    expect.stringMatching(/install .*-y --no-install-recommends chromium jq tmux$/),
    '',
  ]);
});

test('does nothing where nothing is missing', async () => {
  await expect(ciTools({ ...ROOT, ...ALL })).resolves.toEqual({ status: 0, stderr: '', apt: '' });
});

test.each([
  { where: 'who is not root', commands: { id: 'echo 1000', 'apt-get': APT } },
  { where: 'no Debian', commands: { id: 'echo 0' } },
])('$where goes on without it, and is told', async ({ commands }) => {
  const { status, stderr, apt } = await ciTools({ ...ALL, ...commands, python3: 'exit 1' });
  expect({ status, apt }).toEqual({ status: 0, apt: '' });
  expect(stderr).toBe('ci-tools: goes on without python3-venv: only root on a Debian installs it\n');
});

test('goes on when apt-get fails', async () => {
  const { status, stderr } = await ciTools({ ...ROOT, 'apt-get': 'echo no network >&2; exit 100' });
  expect(status).toBe(0);
  expect(stderr).toContain(
    'no network\nci-tools: goes on without chromium curl jq tmux python3-venv: apt-get failed',
  );
});
