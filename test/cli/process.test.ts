import { execFile } from 'node:child_process';
import { workflowIdOf } from '../../src/client';
import { exitCodes } from '../../src/contract/errors';
import { built, useBuild } from '../doors/build';
import { usePrograms } from '../doors/programs';
import { letGo, useStage, writesTo } from '../doors/stage';
import { useCommands } from './commands';
import { useStandIn } from './stand-in';

/** What only a process shows. What a command says and does is tested in this process: see commands.ts. */

useBuild();
const stage = useStage({ pairs: 2 });
const start = usePrograms();
const standIn = useStandIn(stage, useCommands());

test('a pipe gets plain text, and Ctrl-C stops watching with code 130; the run goes on and ends well', async () => {
  const pair = stage().freshPair();
  pair.behave({ stuck: true });
  const { project, env } = stage();
  const following = start('starter', ['run', `${project}/${pair.primary}`, '--settle-window', '0s'], env);
  await following.prints(/converge/);
  const { code, signal, stdout, stderr } = await following.kill('SIGINT');
  expect({ code, signal }).toEqual({ code: 130, signal: null });
  expect(stderr).toBe(
    `\nStopped watching. The run goes on without you; follow it again with\n  switchback run --project ${project} ${pair.primary}\n`,
  );
  expect(stdout).not.toContain('\u001b');
  await letGo(pair);
  const { client } = standIn();
  expect(await client.result(workflowIdOf(project, pair.primary))).toMatchObject({
    outcome: 'switched-back',
    requests: { writes: 1 },
  });
});

test('SIGTERM stops watching, too; the exit code is that of the command', async () => {
  const pair = stage().freshPair();
  pair.behave({ stuck: true });
  const { project, env } = stage();
  const target = `${project}/${pair.primary}`;
  await standIn().begin(pair);
  const watching = start('starter', ['watch', target], env);
  await watching.prints(/ converge /);
  expect(await watching.kill('SIGTERM')).toMatchObject({ code: 130, signal: null });
  const early = await start('starter', ['result', target, '--json'], env).ended;
  expect(early).toMatchObject({ code: exitCodes.usage, stderr: '' });
  expect(JSON.parse(early.stdout)).toMatchObject({ code: 'STILL_RUNNING' });
  await letGo(pair);
  expect(writesTo(pair)).toHaveLength(1);
});

test('a reader that has gone, as `| head` does, is no fault', async () => {
  const piped = `"${process.execPath}" "${built('starter')}" --help | true; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
    execFile('bash', ['-c', piped], (_, out, err) => resolve({ stdout: out, stderr: err }));
  });
  expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' });
});
