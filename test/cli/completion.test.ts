import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes } from '../../src/contract/errors';
import { useScratchFolder } from '../support/scratch';
import { useCommands } from './commands';

const command = useCommands();
const scratch = useScratchFolder();

const call = (...args: string[]) => command(args, {}).ended;

async function scriptFor(shell: string): Promise<{ file: string; text: string }> {
  const { code, stdout, stderr } = await call('completion', shell);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const file = join(scratch(), `completion.${shell}`);
  await writeFile(file, stdout);
  return { file, text: stdout };
}

/** What bash offers after these words, the last of which is being typed. */
function offered(file: string, ...words: string[]): string[] {
  const script = `
    set -u
    source "$1"; shift
    COMP_WORDS=(switchback "$@"); COMP_CWORD=$#
    _switchback
    printf '%s\\n' "\${COMPREPLY[@]:-}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', file, ...words], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((line) => line !== '');
}

/** The first words of the lines below a heading of a help page. */
async function listed(heading: string, ...command: string[]): Promise<string[]> {
  const { stdout } = await call(...command, '--help');
  const [, below = ''] = stdout.split(`\n${heading}:\n`);
  const [section = ''] = below.split('\n\n');
  const pattern = heading === 'Commands' ? /^ {2}([a-z|-]+)/gm : /^ {2}(?:-\w, )?(--[a-z-]+)/gm;
  return [...section.matchAll(pattern)].flatMap(([, found = '']) => found.split('|'));
}

test('bash: valid, and offers every command and every option that the help shows', async () => {
  const { file } = await scriptFor('bash');
  expect(spawnSync('bash', ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  const commands = await listed('Commands');
  expect(commands).toEqual(expect.arrayContaining(['run', 'promote-to-master', 'watch', 'completion']));
  expect(offered(file, '')).toEqual(expect.arrayContaining(commands));
  const wanted = await Promise.all(
    commands
      .filter((name) => name !== 'help')
      .map(async (name) => [name, await listed('Options', name)] as const),
  );
  for (const [name, options] of wanted) {
    expect(options).toContain('--help');
    expect([name, offered(file, name, '--').sort()]).toEqual([name, [...options].sort()]);
  }
});

test('bash: knows where it is, and what an option or an argument may be', async () => {
  const { file } = await scriptFor('bash');
  expect(offered(file, 'appr')).toEqual(['approve']);
  expect(offered(file, 'evidence', 'ver')).toEqual(['verify']);
  expect(offered(file, 'evidence', 'verify', '--h')).toEqual(['--head', '--help']);
  expect(offered(file, 'promote-to-master', '--approval', '')).toEqual(['none', 'required']);
  expect(offered(file, 'decide', 'p/s', 'g')).toEqual(['give-up']);
  expect(offered(file, 'completion', 'z')).toEqual(['zsh']);
  // What only its user knows.
  expect(offered(file, 'get', '--project', '')).toEqual([]);
});

test.each(['zsh', 'fish'])(
  '%s: valid where that shell is installed, and offers every command',
  async (shell) => {
    const { file, text } = await scriptFor(shell);
    const isInstalled = spawnSync(shell, ['--version']).error === undefined;
    const checked = isInstalled ? spawnSync(shell, ['-n', file], { encoding: 'utf8' }) : undefined;
    expect(checked?.stderr ?? '').toBe('');
    for (const name of await listed('Commands')) expect(text).toMatch(new RegExp(`'${name}['|:]`));
    for (const word of ['fingerprint', 'return-to-recovery', 'embedded-dir']) expect(text).toContain(word);
  },
);

test('a shell that it does not know is refused with those it does', async () => {
  const { code, stderr } = await call('completion', 'tcsh');
  expect(code).toBe(exitCodes.usage);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish');
});
