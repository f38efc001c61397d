import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workflowIdOf } from '../../src/client';
import { letGo, writesTo } from '../doors/stage';
import { until } from '../doors/until';
import { testEnvironment } from '../support/environment';
import { isRunning } from '../support/processes';
import { writeScript } from '../support/scratch';
import { serversOn, useEmbeddedCommand } from './embedded-command';

const { lab, scratch, start, freshPair, run } = useEmbeddedCommand();

test('one command at a time has a folder; Ctrl-C keeps the run and says how to go on', async () => {
  const { pair, folder } = freshPair();
  pair.behave({ stuck: true });
  const both = [run(pair, folder), run(pair, folder)] as const;
  const loser = await Promise.race(both.map((command) => command.ended.then(() => command)));
  const winner = both[0] === loser ? both[1] : both[0];
  const refused = await loser.ended;
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain(
    `ALREADY_RUNNING ${pair.primary}: Another command (process ${winner.pid}) runs Temporal on this folder already.`,
  );
  await winner.prints(/converge/);
  expect(serversOn(folder)).toHaveLength(1);

  // Now that its server is up, a third one is told where to look.
  const third = await run(pair, folder).ended;
  const address = /TEMPORAL_ADDRESS=(\S+) switchback get/.exec(third.stderr)?.[1] ?? '';
  const get = ['get', '--project', lab().project, pair.primary];
  const look = await start('starter', get, { TEMPORAL_ADDRESS: address }).ended;
  expect(look.stdout).toMatch(/Run switchback\.\S+: converge\./);

  const { code, stderr } = await winner.kill('SIGINT');
  expect(code).toBe(130);
  expect(stderr).toBe(
    `\nStopped watching. The run is kept, but goes on only when you start it again:\n  switchback run --project ${lab().project} ${pair.primary} --embedded --embedded-dir '${folder}'\n`,
  );
  expect(serversOn(folder)).toEqual([]);
});

test('Ctrl-C before the run was started starts none', async () => {
  const { pair, folder } = freshPair();
  const [asked, go] = [join(scratch(), 'asked'), join(scratch(), 'go')];
  // A server that does not start before the command was interrupted.
  const script = `touch '${asked}'; until [ -e '${go}' ]; do sleep 0.1; done; exec '${testEnvironment.temporalCli()}' "$@"`;
  const TEMPORAL_CLI_PATH = await writeScript(join(scratch(), 'waiting-cli'), script);
  const command = run(pair, folder, { TEMPORAL_CLI_PATH });
  await until('its server is asked for', () => existsSync(asked));
  const ended = command.kill('SIGINT');
  writeFileSync(go, '');
  const { code, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toBe('Stopped before anything was started.\n');
  expect(pair.requests()).toEqual([]);
  expect(serversOn(folder)).toEqual([]);
});

test('says what it lacks: a CLI that is none, a server that does not start, a folder that is none', async () => {
  const [pair] = lab().pairs;
  if (!pair) throw new Error('the lab has no pair');
  const folder = join(scratch(), 'failing');
  const [noCli, noServer, noFolder] = await Promise.all([
    run(pair, folder, { TEMPORAL_CLI_PATH: '/nowhere/temporal' }).ended,
    run(pair, `${folder}-2`, { TEMPORAL_CLI_PATH: '/bin/false' }).ended,
    run(pair, join(__filename, 'x')).ended,
  ]);
  expect(noCli.code).toBe(7);
  expect(noCli.stderr).toMatch(/^✘ TEMPORAL_CLI_NOT_FOUND .*\/nowhere\/temporal/);
  expect(noServer.code).toBe(7);
  expect(noServer.stderr).toMatch(
    /^✘ TEMPORAL_UNREACHABLE pg-demo: The Temporal dev server ended before it was ready/,
  );
  expect(noFolder.code).toBe(2);
  expect(noFolder.stderr).toMatch(/^✘ CONFIG_INVALID The folder .* cannot be written to \(ENOTDIR\)/);
});

interface Description {
  workflowExecutionInfo: { execution: { runId: string } };
}

function runIdIn(output: string): string | undefined {
  return /run +switchback\.\S+ · (\S+)/.exec(output)?.[1];
}

test('killed in the middle of the switch and started again, it resumes the same run with one write in all', async () => {
  const { pair, folder } = freshPair();
  pair.behave({ stuck: true });
  const first = run(pair, folder);
  await first.prints(/converge/);
  await until('the promotion is written', () => writesTo(pair).length > 0);
  const link = await first.prints(/UI: (\S+)/);
  const workflowId = workflowIdOf(lab().project, pair.primary);
  const described = await fetch(`${link[1]}/api/v1/namespaces/default/workflows/${workflowId}`);
  const { workflowExecutionInfo } = (await described.json()) as Description;
  await first.kill('SIGKILL');

  const second = run(pair, folder);
  await second.prints(/is going on already: following that one/);
  await letGo(pair);
  const { code, stdout } = await second.ended;
  expect(code).toBe(0);
  expect(stdout).toContain('✔ switched-back');
  expect(runIdIn(stdout)).toBe(workflowExecutionInfo.execution.runId);
  expect(pair.requests().filter(({ effect }) => effect === 'role-change')).toHaveLength(1);
  expect(writesTo(pair)).toHaveLength(1);
  expect(isRunning(second.pid)).toBe(false);
  expect(serversOn(folder)).toEqual([]);
});
