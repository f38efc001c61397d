import { randomUUID } from 'node:crypto';
import { workflowIdOf } from '../../src/client';
import { exitCodes } from '../../src/contract/errors';
import type { LabPair } from '../../src/lab/lab';
import { useBuild } from '../doors/build';
import { usePrograms } from '../doors/programs';
import { letGo, useStage, writesTo } from '../doors/stage';
import { useStandIn } from './stand-in';

useBuild();
const stage = useStage({ pairs: 5 });
const start = usePrograms();
const standIn = useStandIn(stage, start);

const idOf = (pair: LabPair) => workflowIdOf(stage().project, pair.primary);
const nameOf = (pair: LabPair) => `${stage().project}/${pair.primary}`;

test('watch tells the story of a run that another has started, to its end; result gives the report', async () => {
  const { begin, reaches, open, call } = standIn();
  const pair = stage().freshPair();
  pair.behave({ stuck: true });
  const { runId } = await begin(pair);
  await reaches(pair, 'converge');

  const early = await Promise.all([call('result', nameOf(pair)), call('result', nameOf(pair), '--json')]);
  expect(early.map(({ code }) => code)).toEqual([exitCodes.usage, exitCodes.usage]);
  expect(early[0].stderr).toMatch(/^✘ STILL_RUNNING The run .* is going on \(phase converge\)\./);
  expect(JSON.parse(early[1].stdout)).toMatchObject({ code: 'STILL_RUNNING' });

  const watching = open('watch', '--project', stage().project, pair.primary);
  const waiting = open('result', nameOf(pair), '--wait', '--json');
  await watching.prints(/ converge /);
  await letGo(pair);
  const { code, stdout, stderr } = await watching.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const order = [`Watching ${idOf(pair)}.`, 'input accepted', 'Promoting', '✔ switched-back', 'run   '];
  const places = order.map((text) => stdout.indexOf(text));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  const waited = await waiting.ended;
  expect(waited).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(waited.stdout)).toMatchObject({ outcome: 'switched-back', runId });
  expect(writesTo(pair)).toHaveLength(1);
});

test('watch ends with the exit code of the run; so does result', async () => {
  const { client, begin, call, open } = standIn();
  const pair = stage().freshPair();
  pair.behave({ stuck: true });
  await begin(pair, { convergeTimeout: '2s', decisionWindow: '0s' });
  const watching = await open('watch', nameOf(pair), '--json').ended;
  expect(watching.code).toBe(exitCodes.returned);
  expect(JSON.parse(watching.stdout)).toMatchObject({ outcome: 'returned-to-recovery' });
  await expect(client.result(idOf(pair))).rejects.toMatchObject({ code: 'RETURNED_TO_RECOVERY' });
  const result = await call('result', nameOf(pair));
  expect(result.code).toBe(exitCodes.returned);
  expect(result.stdout).toContain('✘ returned-to-recovery (RETURNED_TO_RECOVERY)');
});

test('Ctrl-C stops watching and says so; the run goes on', async () => {
  const { client, begin, open } = standIn();
  const pair = stage().freshPair();
  pair.behave({ stuck: true });
  await begin(pair);
  const watching = open('watch', nameOf(pair));
  await watching.prints(/ converge /);
  const { code, stderr } = await watching.kill('SIGINT');
  expect(code).toBe(130);
  expect(stderr).toBe(
    `\nStopped watching. The run goes on without you; watch it again with\n  switchback watch --project ${stage().project} ${pair.primary}\n`,
  );
  expect(await client.isRunning(idOf(pair))).toBe(true);
  await letGo(pair);
  await expect(client.result(idOf(pair))).resolves.toMatchObject({ outcome: 'switched-back' });
});

test('an older run by its id, and no worker for what has ended', async () => {
  const { client, begin, call } = standIn();
  const [pair, other] = [stage().freshPair(), stage().freshPair()];
  const first = await begin(pair);
  await client.result(first.workflowId, first.runId);
  const second = await begin(pair);
  await client.result(second.workflowId, second.runId);
  await stage().worker.kill('SIGKILL');
  const [newest, older, elsewhere, watched] = await Promise.all([
    call('result', nameOf(pair), '--json'),
    call('result', nameOf(pair), '--json', '--run-id', first.runId),
    call('result', nameOf(other), '--run-id', first.runId),
    call('watch', nameOf(pair)),
  ]);
  expect(JSON.parse(newest.stdout)).toMatchObject({ runId: second.runId, outcome: 'already-primary' });
  expect(JSON.parse(older.stdout)).toMatchObject({ runId: first.runId, outcome: 'switched-back' });
  expect(elsewhere.code).toBe(exitCodes.usage);
  expect(elsewhere.stderr).toMatch(/RUN_NOT_FOUND The run .* is one of .*, not of /);
  expect(watched).toMatchObject({ code: 0, stderr: '' });
  expect(watched.stdout).toContain(`The run ${idOf(pair)} has ended already.`);
  expect(watched.stdout).toContain('✔ already-primary');
});

test('what is not there is said with a code', async () => {
  const { call } = standIn();
  const unreachable = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const cases: [Promise<{ code: number | null; stderr: string }>, number, RegExp][] = [
    [call('watch', 'p/pg-nowhere'), exitCodes.usage, /RUN_NOT_FOUND/],
    [call('result', 'p/pg-nowhere'), exitCodes.usage, /RUN_NOT_FOUND/],
    [call('result', 'p/pg', '--run-id', randomUUID()), exitCodes.usage, /RUN_NOT_FOUND/],
    [call('result', 'p/pg', '--run-id', "x' OR 'y"), exitCodes.usage, /is not the id of a run/],
    [call('watch', 'pg'), exitCodes.usage, /--project is missing/],
    [start('starter', ['watch', 'p/pg'], unreachable).ended, exitCodes.connection, /TEMPORAL_UNREACHABLE/],
    [start('starter', ['result', 'p/pg'], unreachable).ended, exitCodes.connection, /TEMPORAL_UNREACHABLE/],
  ];
  for (const [ended, code, words] of cases) {
    const { code: actual, stderr } = await ended;
    expect({ actual, stderr }).toEqual({ actual: code, stderr: expect.stringMatching(words) });
  }
});
