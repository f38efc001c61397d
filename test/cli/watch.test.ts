import type { LabPair } from '../../lab/src/lab';
import { workflowIdOf } from '../../src/client';
import { exitCodes } from '../../src/contract/errors';
import { letGo, useStage, writesTo } from '../doors/stage';
import { useCommands } from './commands';
import { useStandIn } from './stand-in';

const stage = useStage({ pairs: 4 });
const command = useCommands();
const standIn = useStandIn(stage, command);

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

test('without a worker: what has ended is shown, what goes on is said to be silent, and survives', async () => {
  const { env, freshPair, project, startWorker, worker } = stage();
  const { client, begin, call } = standIn();
  const [pair, ended] = [freshPair(), freshPair()];
  const first = await begin(ended);
  await client.result(first.workflowId, first.runId);
  const second = await begin(ended);
  await client.result(second.workflowId, second.runId);
  pair.behave({ stuck: true });
  const following = command(['run', nameOf(pair), '--settle-window', '0s'], env);
  await following.prints(/ converge /);
  await worker.stop();

  const [newest, older, elsewhere, watched, abort] = await Promise.all([
    call('result', nameOf(ended), '--json'),
    call('result', nameOf(ended), '--json', '--run-id', first.runId),
    call('result', nameOf(pair), '--run-id', first.runId),
    call('watch', nameOf(ended)),
    call('abort', nameOf(pair), '--by', 'bob@example.com', '--reason', 'INC-7', '--json'),
  ]);
  expect(JSON.parse(newest.stdout)).toMatchObject({ runId: second.runId, outcome: 'already-primary' });
  expect(JSON.parse(older.stdout)).toMatchObject({ runId: first.runId, outcome: 'switched-back' });
  expect(elsewhere.code).toBe(exitCodes.usage);
  expect(elsewhere.stderr).toMatch(/RUN_NOT_FOUND The run .* is one of .*, not of /);
  expect(watched).toMatchObject({ code: 0, stderr: '' });
  expect(watched.stdout).toContain(`The run ${idOf(ended)} has ended already.`);
  expect(watched.stdout).toContain('✔ already-primary');
  expect(abort.code).toBe(exitCodes.connection);
  expect(JSON.parse(abort.stdout)).toEqual(expect.objectContaining({ code: 'NO_WORKER' }));

  await following.prints(/No worker answers for the run .* The run is not affected; asking again\./);
  await startWorker();
  await letGo(pair);
  const { code, stdout, stderr } = await following.ended;
  expect(code).toBe(0);
  expect(stdout).toContain('✔ switched-back');
  expect(stderr.split('\n').filter((line) => line.includes('asking again'))).toHaveLength(1);
  // What was refused was not sent either.
  expect((await client.result(workflowIdOf(project, pair.primary))).abortRequested).toBeUndefined();
});
