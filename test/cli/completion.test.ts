import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { built, useBuild } from '../doors/build';
import { missingOf } from '../support/on-path';
import { useScratchFolder, writeScript } from '../support/scratch';
import { useCommands } from './commands';

useBuild();
const command = useCommands();
const scratch = useScratchFolder();

const call = (...args: string[]) => command(args, {}).ended;

/** What is offered after these words, the last of which is being typed. */
async function offered(...words: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await call('__complete', ...words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t')[0] ?? '');
}

/** The first words of the lines below a heading of a help page. */
async function listed(heading: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await call(...args, '--help');
  const [, below = ''] = stdout.split(`\n${heading}:\n`);
  const [section = ''] = below.split('\n\n');
  const pattern = heading === 'Commands' ? /^ {2}([a-z|-]+)/gm : /^ {2}(?:-\w, )?(--[a-z-]+)/gm;
  return [...section.matchAll(pattern)].flatMap(([, found = '']) => found.split('|'));
}

test('every command and every option that the help shows is offered, and nothing hidden', async () => {
  const commands = await listed('Commands');
  expect(commands).toEqual(expect.arrayContaining(['run', 'promote-to-master', 'watch', 'completion']));
  expect((await offered('')).filter((word) => !word.startsWith('-')).sort()).toEqual([...commands].sort());
  for (const name of commands.filter((each) => each !== 'help')) {
    const options = await listed('Options', name);
    expect(options).toContain('--help');
    expect([name, (await offered(name, '--')).sort()]).toEqual([name, [...options].sort()]);
  }
});

test.each([
  [['appr'], ['approve']],
  [['evidence', 'ver'], ['verify']],
  [
    ['evidence', 'verify', '--h'],
    ['--head', '--help'],
  ],
  [
    ['promote-to-master', '--approval', ''],
    ['none', 'required'],
  ],
  [['decide', 'p/s', 'g'], ['give-up']],
  [['completion', 'z'], ['zsh']],
  [['evidence', 'verify', './ev'], [':files']],
  [['run', '--embedded-dir', './st'], [':files']],
  // What only its user knows.
  [['get', '--project', ''], []],
])('where it stands, and what an option or an argument may be: %j', async (words, expected) => {
  expect(await offered(...words)).toEqual(expected);
});

/** For each shell, a script that completes `switchback decide p/s g` and prints what is offered. */
const ASK: Record<string, string> = {
  bash: 'source "$1"; COMP_WORDS=(switchback decide p/s g); COMP_CWORD=3; _switchback switchback; echo "$COMPREPLY"',
  zsh: 'compdef() { :; }; _describe() { print -l -- $offered }; source "$1"; words=(switchback decide p/s g); CURRENT=4; _switchback',
  fish: 'source $argv[1]; complete --do-complete "switchback decide p/s g"',
};

for (const shell of Object.keys(ASK)) {
  const testHere = missingOf(shell) === undefined ? test : test.skip;
  testHere(`${shell} asks the program, and offers what it says`, async () => {
    const { code, stdout: script } = await call('completion', shell);
    expect(code).toBe(0);
    const file = join(scratch(), `completion.${shell}`);
    await writeFile(file, `${script}`);
    await writeScript(join(scratch(), 'switchback'), `exec "${process.execPath}" "${built('starter')}" "$@"`);
    const asked = shell === 'fish' ? ['-c', ASK[shell] ?? '', file] : ['-c', ASK[shell] ?? '', shell, file];
    const { stdout, stderr } = spawnSync(shell, asked, {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${scratch()}${delimiter}${process.env.PATH}` },
    });
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^give-up:?\s*$/), stderr: '' });
  });
}
