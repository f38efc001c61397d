import { exitCodes } from '../../src/contract/errors';
import { useCommands } from './commands';

const command = useCommands();

test.each([
  ['', ['run', 'get', 'watch', 'approve', 'list']],
  ['run', ['--project', '--embedded', '--json', '--detach']],
  ['promote-to-master', ['--project', '--settle-window']],
  ['failover', ['DESTROYS the primary', '--confirm <service>', '--drill', '--requested-by']],
  ['get', ['--project', '--json']],
  ['status', ['--project']],
  ['watch', ['PROJECT/SERVICE', '--project', '--json']],
  ['approve', ['--by', '--reason', '--fingerprint', '--service', '--json']],
  ['reject', ['--by', '--reason']],
  ['abort', ['--by', '--reason']],
  ['ack', ['<check>', '--by', '--reason']],
  ['decide', ['return-to-recovery', '--by', '--reason']],
  ['result', ['--run-id', '--wait', '--json']],
  ['list', ['--running', '--waiting', '--failed', '--limit', '--json']],
  ['drill', ['schedule', '--soak', '--mode']],
  ['drill schedule', ['--cron', '--time-zone', '--jitter', 'rehearse']],
  ['drill list', ['--project', '--json']],
  ['drill pause', ['--by', '--reason', '--mode']],
  ['drill delete', ['--mode']],
  ['fleet', ['plan', 'run', 'status', 'watch', 'approve', 'pause', 'resume', 'retry', 'skip', 'abort']],
  ['fleet run', ['--pair', '--cloud', '--canary', '--sizes', '--budget', '--approval', '--page', '--json']],
  ['fleet status', ['--pairs', '--json']],
  ['fleet watch', ['--page', '--json']],
  ['fleet approve', ['--fingerprint', '--wave', '--by']],
  ['fleet retry', ['--pair', '--by', '--reason']],
  ['doctor', ['PROJECT/SERVICE', '--project', '--json']],
  ['completion', ['bash', 'zsh', 'fish']],
])('switchback %s --help shows options, examples and exit codes', async (name, words) => {
  const args = [...name.split(' ').filter((word) => word !== ''), '--help'];
  const { code, stdout, stderr } = await command(args, {}).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const word of words) expect(stdout).toContain(word);
  expect(stdout).toMatch(/Examples:\n {2}switchback /);
  const codes = stdout.slice(stdout.indexOf('Exit codes:'));
  for (const exitCode of [...Object.values(exitCodes), 130]) {
    expect(codes).toMatch(new RegExp(`^ +${exitCode} {2}\\S`, 'm'));
  }
});

test('an unknown command and no command at all are exit code 2, with a hint', async () => {
  const [none, unknown] = await Promise.all([command([], {}).ended, command(['fly'], {}).ended]);
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('Usage: switchback');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain("unknown command 'fly'");
  expect(unknown.stderr).toContain('--help');
});
