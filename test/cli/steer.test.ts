import type { LabPair } from '../../lab/src/lab';
import { workflowIdOf } from '../../src/client';
import { exitCodes } from '../../src/contract/errors';
import { letGo, useStage, writesTo } from '../doors/stage';
import { approvePlan } from '../support/approve-plan';
import { useCommands } from './commands';
import { useStandIn } from './stand-in';

const stage = useStage({ pairs: 8 });
const command = useCommands();
const standIn = useStandIn(stage, command);

const BY_BOB = ['--by', 'bob@example.com', '--reason', 'INC-7'];
const idOf = (pair: LabPair) => workflowIdOf(stage().project, pair.primary);
const call = (...args: string[]) => standIn().call(...args);
/** A message to the run of the pair. */
const tell = (name: string, pair: LabPair, ...more: string[]) =>
  call(name, '--project', stage().project, pair.primary, ...more);

test('approve: not the wrong state, not who asked, and not twice; then the run goes on', async () => {
  const { client, begin, reaches } = standIn();
  const pair = stage().freshPair();
  await begin(pair, { approval: 'required', requestedBy: 'ann@example.com' });
  const fingerprint = (await reaches(pair, 'approval')).plan?.fingerprint;

  const [wrong, own, json] = await Promise.all([
    tell('approve', pair, ...BY_BOB, '--fingerprint', 'abc'),
    tell(
      'approve',
      pair,
      '--by',
      'Ann@Example.com.',
      '--reason',
      'INC-7',
      '--fingerprint',
      String(fingerprint),
    ),
    tell('approve', pair, ...BY_BOB, '--fingerprint', 'abc', '--json'),
  ]);
  expect(wrong).toMatchObject({ code: exitCodes.usage, stdout: '' });
  expect(wrong.stderr).toBe(
    `✘ refused by ${idOf(pair)}: The plan has the fingerprint ${fingerprint}, not abc: read the plan again\n`,
  );
  expect(own).toMatchObject({ code: exitCodes.usage, stdout: '' });
  expect(own.stderr).toMatch(/a second person must approve it \(four eyes\)\n$/);
  expect(json).toMatchObject({ code: exitCodes.usage, stderr: '' });
  expect(JSON.parse(json.stdout)).toEqual({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('has the fingerprint'),
  });
  expect(writesTo(pair)).toEqual([]);

  const given = ['--fingerprint', String(fingerprint)];
  expect(await call('approve', `${stage().project}/${pair.primary}`, ...BY_BOB, ...given)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `✔ ${idOf(pair)}: approved by bob@example.com, fingerprint ${fingerprint}.\n`,
  });
  expect(await client.result(idOf(pair))).toMatchObject({
    outcome: 'switched-back',
    approvals: [{ verdict: 'approved', by: 'bob@example.com', reason: 'INC-7' }],
  });
  const late = await tell('approve', pair, ...BY_BOB, '--fingerprint', 'abc');
  expect(late.code).toBe(exitCodes.usage);
  expect(late.stderr).toContain(`The run ${idOf(pair)} has ended; there is nothing to approve any more.`);
});

test('reject --json prints the answer on one line; the run ends without a write', async () => {
  const { client, begin, reaches } = standIn();
  const pair = stage().freshPair();
  const { workflowId, runId } = await begin(pair, { approval: 'required', requestedBy: 'ann@example.com' });
  await reaches(pair, 'approval');
  const { code, stdout, stderr } = await tell('reject', pair, ...BY_BOB, '--json');
  expect({ code, stderr, lines: stdout.split('\n').length }).toEqual({ code: 0, stderr: '', lines: 2 });
  expect(JSON.parse(stdout)).toMatchObject({
    workflowId,
    runId,
    verdict: 'rejected',
    by: 'bob@example.com',
    reason: 'INC-7',
    at: expect.any(String),
  });
  await expect(client.result(workflowId)).rejects.toMatchObject({ code: 'REJECTED' });
  expect(writesTo(pair)).toEqual([]);
});

test('abort stops a run that has written nothing', async () => {
  const { client, begin, reaches } = standIn();
  const pair = stage().freshPair();
  await begin(pair, { approval: 'required', requestedBy: 'ann@example.com' });
  await reaches(pair, 'approval');
  expect(await tell('abort', pair, ...BY_BOB)).toMatchObject({
    code: 0,
    stdout: `✔ ${idOf(pair)}: aborted by bob@example.com; nothing was written and nothing will be.\n`,
  });
  await expect(client.result(idOf(pair))).rejects.toMatchObject({ code: 'ABORTED' });
  expect(writesTo(pair)).toEqual([]);
});

test('after the write an abort is too late and says so, and there is nothing to approve', async () => {
  const { client, begin, reaches } = standIn();
  const pair = stage().freshPair();
  pair.behave({ stuck: true });
  await begin(pair);
  await reaches(pair, 'converge');
  const approve = await tell('approve', pair, ...BY_BOB, '--fingerprint', 'abc');
  expect(approve.code).toBe(exitCodes.usage);
  expect(approve.stderr).toMatch(/^✘ refused by .*does not wait for an approval: the phase is converge\n$/);
  const abort = await tell('abort', pair, ...BY_BOB);
  expect(abort).toMatchObject({ code: exitCodes.usage, stderr: '' });
  expect(abort.stdout).toBe(
    `! ${idOf(pair)}: too late to abort: the run finishes forward, and has recorded the wish.\n`,
  );
  await letGo(pair);
  expect(await client.result(idOf(pair))).toMatchObject({
    outcome: 'switched-back',
    abortRequested: { by: 'bob@example.com', effect: 'finishing-forward' },
  });
});

test('ack answers for the finding that stops the run, and for no other', async () => {
  const { client, begin, reaches } = standIn();
  const pair = stage().freshPair();
  await stage().lab.apply({ kind: 'metrics', service: pair.primary, set: { disk_usage: 90 } });
  await begin(pair);
  await reaches(pair, 'approval');
  const [unknown, hard, idle] = await Promise.all([
    tell('ack', pair, 'nonsense', ...BY_BOB),
    tell('ack', pair, 'both-settled', ...BY_BOB),
    tell('ack', pair, 'maintenance', ...BY_BOB),
  ]);
  expect(unknown.code).toBe(exitCodes.usage);
  expect(unknown.stderr).toMatch(/"check" must be the id of a check, such as .*disk-usage/);
  expect(hard.code).toBe(exitCodes.usage);
  expect(hard.stderr).toContain('"both-settled" is a hard check');
  expect(idle.code).toBe(exitCodes.usage);
  expect(idle.stderr).toMatch(/^✘ refused by .*"maintenance" does not stop the run/);
  expect(writesTo(pair)).toEqual([]);

  expect(await tell('ack', pair, 'disk-usage', ...BY_BOB)).toMatchObject({
    code: 0,
    stdout: `✔ ${idOf(pair)}: disk-usage acknowledged by bob@example.com.\n`,
  });
  expect(await client.result(idOf(pair))).toMatchObject({
    outcome: 'switched-back',
    acknowledgements: [{ check: 'disk-usage', by: 'bob@example.com', reason: 'INC-7' }],
  });
});

test('decide is refused while nothing is to be decided, and counts when the run asks', async () => {
  const { client, begin, reaches } = standIn();
  const pair = stage().freshPair();
  pair.behave({ stuck: true });
  const approval = { approval: 'required', requestedBy: 'ann@example.com' } as const;
  await begin(pair, { ...approval, convergeTimeout: '1s', onTimeout: 'hold' });
  // Here the run stays for as long as the command takes.
  await reaches(pair, 'approval');
  const early = await tell('decide', pair, 'wait', ...BY_BOB);
  expect(early.code).toBe(exitCodes.usage);
  expect(early.stderr).toMatch(/^✘ refused by .*There is nothing to decide/);
  await approvePlan(client, idOf(pair), { by: 'bob@example.com', reason: 'INC-7' });
  await reaches(pair, 'needs-operator');
  expect(await tell('decide', pair, 'give-up', ...BY_BOB)).toMatchObject({
    code: 0,
    stdout: `✔ ${idOf(pair)}: give-up decided by bob@example.com.\n`,
  });
  await expect(client.result(idOf(pair))).rejects.toMatchObject({ code: 'GIVEN_UP' });
});
