import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import type { LabPair } from '../../lab/src/lab';
import type { EvidenceLine } from '../../src/cli/lines';
import type { RunEvents } from '../../src/contract/events';
import { cloudEventOf } from '../../src/notify/cloud-event';
import { useCommands } from '../cli/commands';
import { useStandIn } from '../cli/stand-in';
import { letGo, useStage, writesTo } from '../doors/stage';
import { until } from '../doors/until';
import { useScratchFolder } from '../support/scratch';
import { expectSchema, faultsBy } from './validator';

const stage = useStage({ pairs: 9 });
const command = useCommands();
const standIn = useStandIn(stage, command);
const scratch = useScratchFolder();
const BY_BOB = ['--by', 'bob@example.com', '--reason', 'INC-7', '--json'];

/** The lines of a command with everything that it may need around it. */
async function linesOf(...args: string[]): Promise<unknown[]> {
  const { stdout } = await command(args, stage().env).ended;
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The one line of a command, which holds to that schema. */
async function printed(schema: string, ...args: string[]): Promise<Record<string, unknown>> {
  const [line, ...more] = await linesOf(...args);
  expect(more).toEqual([]);
  expectSchema(schema, line);
  return line as Record<string, unknown>;
}

const nameOf = ({ primary }: LabPair) => `${stage().project}/${primary}`;
const run = (pair: LabPair, ...more: string[]) => [
  'run',
  '--project',
  stage().project,
  pair.primary,
  '--settle-window',
  '0s',
  '--json',
  ...more,
];

async function query<T>(workflowId: string, name: string): Promise<T> {
  const connection = await Connection.connect({ address: stage().address });
  try {
    return await new Client({ connection }).workflow.getHandle(workflowId).query<T>(name);
  } finally {
    await connection.close();
  }
}

test('a run from its start to its evidence', async () => {
  const pair = stage().freshPair();
  const { workflowId } = await printed('started', ...run(pair, '--detach'));
  const waited = await printed('report', 'result', nameOf(pair), '--wait', '--json');
  expect(waited).toMatchObject({ outcome: 'switched-back', workflowId });
  await printed('report', 'watch', nameOf(pair), '--json');
  await printed('report', ...run(pair));
  expect(await printed('get', 'get', '--project', stage().project, pair.primary, '--json')).toHaveProperty(
    'run',
  );
  await printed('doctor', 'doctor', nameOf(pair), '--json');

  const kept = await printed('evidence-kept', 'evidence', nameOf(pair), '--out', scratch(), '--json');
  const { json, page, head } = kept as unknown as EvidenceLine;
  expectSchema('evidence', JSON.parse(readFileSync(json, 'utf8')));
  await printed('evidence-verified', 'evidence', 'verify', json, '--json');
  await printed('evidence-verified', 'evidence', 'verify', page, '--head', head, '--json');
});

test('plans, and runs that fail, print reports too', async () => {
  const [planned, blocked] = [stage().freshPair(), stage().freshPair()];
  const { project } = stage();
  expect(await printed('report', 'plan', '--project', project, planned.primary, '--json')).toHaveProperty(
    'plan',
  );
  const report = await printed('report', 'run', '--project', project, blocked.recovery, '--json');
  expect(report).toMatchObject({ outcome: 'blocked', code: 'BLOCKED' });
});

test('what a run says while it waits for people, and what it answers them', async () => {
  const [approved, rejected, aborted] = [stage().freshPair(), stage().freshPair(), stage().freshPair()];
  const { lab } = stage();
  await lab.apply({ kind: 'metrics', service: approved.primary, set: { disk_usage: 90 } });
  const { begin, reaches } = standIn();
  const input = { approval: 'required', requestedBy: 'ann@example.com' } as const;
  const begun = await Promise.all([approved, rejected, aborted].map((pair) => begin(pair, input)));
  const workflowId = begun[0]?.workflowId ?? '';
  const statuses = await Promise.all([approved, rejected, aborted].map((pair) => reaches(pair, 'approval')));
  for (const status of statuses) expectSchema('live-status', status);
  const status = await query<{ answers?: unknown[] }>(workflowId, 'status');
  expectSchema('status', status);
  expect(status.answers).not.toEqual([]);

  await printed('answer', 'ack', nameOf(approved), 'disk-usage', ...BY_BOB);
  const [{ plan }] = statuses as [{ plan: { fingerprint: string } }, ...unknown[]];
  const read = ['--fingerprint', plan.fingerprint];
  await printed('answer', 'approve', nameOf(approved), ...BY_BOB, ...read);
  await printed('answer', 'reject', nameOf(rejected), ...BY_BOB);
  await printed('answer', 'abort', nameOf(aborted), ...BY_BOB);
  const reports = await Promise.all(
    [approved, rejected, aborted].map((pair) =>
      printed('report', 'result', nameOf(pair), '--wait', '--json'),
    ),
  );
  expect(reports.map(({ outcome }) => outcome)).toEqual(['switched-back', 'aborted', 'aborted']);

  const told = await query<RunEvents>(workflowId, 'events');
  expectSchema('events', told);
  expect(told.events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['switchback.person.needed', 'switchback.run.ended']),
  );
  for (const event of told.events) {
    const sent = cloudEventOf({ run: told.run, event }, 'http://ui.example.com/x');
    expectSchema('cloud-event', sent);
    expectSchema('event', sent.data);
  }
});

test('what a run says while it watches, and what it answers to a decision', async () => {
  const [watched, decided] = [stage().freshPair(), stage().freshPair()];
  for (const pair of [watched, decided]) pair.behave({ stuck: true });
  const { client, begin } = standIn();
  const { workflowId } = await begin(watched);
  await begin(decided, { convergeTimeout: '1s', decisionWindow: '5m' });
  const live = await until('it says what it sees', async () => {
    const status = await client.status(workflowId);
    return status.live?.situation === 'moving' && status;
  });
  expectSchema('live-status', live);
  const found = await printed('started', ...run(watched, '--detach', '--on-timeout', 'hold'));
  expect(found).toMatchObject({ attached: true, differences: expect.arrayContaining([expect.any(String)]) });
  // Between two watches nothing is seen for a moment.
  await until('it shows what the run sees', async () => {
    const shown = await printed('get', 'status', '--project', stage().project, watched.recovery, '--json');
    return (shown.run as { live?: object }).live !== undefined;
  });
  await until('the promotion is written', () => writesTo(decided).length > 0);
  await standIn().reaches(decided, 'needs-operator');
  await printed('answer', 'decide', nameOf(decided), 'accept', ...BY_BOB);
  expect(await printed('report', 'result', nameOf(decided), '--wait', '--json')).toHaveProperty('decisions');
  await letGo(watched);
  await client.result(workflowId);
});

test('every line of a list, and what went wrong', async () => {
  const { project } = stage();
  const pair = stage().freshPair();
  const runs = await until('runs are listed', async () => {
    const lines = await linesOf('list', '--project', project, '--json');
    return lines.length > 1 && lines;
  });
  for (const line of runs) expectSchema('run-summary', line);
  await printed('error', 'result', nameOf(pair), '--json');
  await printed('error', 'approve', 'no project', ...BY_BOB, '--fingerprint', 'abc');
  await printed('error', 'evidence', 'verify', __filename, '--json');
  await printed('get', 'get', '--project', project, 'pg-nowhere', '--json');
  const { stdout } = await command(['get', '--project', project, pair.primary, '--json'], {
    ...stage().env,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  }).ended;
  expect(faultsBy('get', JSON.parse(stdout))).toEqual([]);
  expect(JSON.parse(stdout)).toHaveProperty('problems');
});
