import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { workflowIdOf } from '../../src/client';
import { exitCodes } from '../../src/contract/errors';
import { useCommands } from '../cli/commands';
import { useStage } from '../doors/stage';
import { useScratchFolder } from '../support/scratch';

const harness = useStage({ pairs: 2 });
const command = useCommands();
const scratch = useScratchFolder();

/** The command with Temporal's address and nothing else: no token, no API, no task queue. */
const evidence = (...args: string[]) =>
  command(['evidence', ...args], { TEMPORAL_ADDRESS: harness().address }).ended;

test('rebuilds the bundle of a run that no worker knows any more, and verifies it', async () => {
  const { freshPair, project, env, worker, startWorker } = harness();
  const { primary } = freshPair();
  await worker.stop();
  const keeper = await startWorker({ SWITCHBACK_EVIDENCE: join(scratch(), 'kept') });
  const runArgs = [
    'run',
    '--project',
    project,
    primary,
    '--settle-window',
    '0s',
    '--reason',
    'INC-7',
    '--json',
  ];
  const report = JSON.parse((await command(runArgs, env).ended).stdout);
  await keeper.stop();
  await harness().lab.close();

  const [one, two] = [join(scratch(), 'one'), join(scratch(), 'two')];
  const plain = await evidence('--project', project, primary, '--out', one);
  expect(plain).toMatchObject({ code: 0, stderr: '' });
  const [first = '', bundle = '', page = '', head = ''] = plain.stdout.trimEnd().split('\n');
  expect(first).toBe(`Evidence of ${workflowIdOf(project, primary)}, run ${report.runId}: switched-back.`);
  const files = (await readdir(one)).map((name) => join(one, name)).sort();
  expect([page, bundle].map((line) => line.trim().split(/\s+/))).toEqual([
    ['page', files[0]],
    ['bundle', files[1]],
  ]);

  const again = await evidence(`${project}/${primary}`, '--run-id', report.runId, '--out', two, '--json');
  expect(again).toMatchObject({ code: 0, stderr: '' });
  const kept = JSON.parse(again.stdout);
  expect(kept).toMatchObject({ runId: report.runId, status: 'completed', outcome: 'switched-back' });
  expect(head.trim()).toBe(`head     ${kept.head}`);
  for (const file of files) {
    expect((await readFile(file)).equals(await readFile(file.replace(one, two)))).toBe(true);
  }
  // The run itself has kept the same.
  expect(report.evidence).toMatchObject({ head: kept.head });
  expect((await readFile(report.evidence.json)).equals(await readFile(kept.json))).toBe(true);
  expect((await readFile(report.evidence.page)).equals(await readFile(kept.page))).toBe(true);
  expect(JSON.parse(await readFile(kept.json, 'utf8'))).toMatchObject({
    report: { reason: 'INC-7', outcome: 'switched-back' },
  });

  for (const file of [kept.json, kept.page]) {
    const good = await evidence('verify', file, '--head', kept.head);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toContain('is as it was written. Its head is the one that was given.');
  }
  const alone = await evidence('verify', kept.json, '--json');
  expect(JSON.parse(alone.stdout)).toMatchObject({ holds: true, head: kept.head, headCompared: false });
  await writeFile(kept.json, (await readFile(kept.json, 'utf8')).replace('INC-7', 'INC-8'));
  const [bad, wrong] = await Promise.all([
    evidence('verify', kept.json),
    evidence('verify', kept.page, '--head', '0'.repeat(64), '--json'),
  ]);
  expect(bad).toMatchObject({ code: exitCodes.evidence, stdout: '' });
  expect(bad.stderr).toMatch(
    /^✘ EVIDENCE_BROKEN .*Entry 1 \(input: .*\) does not hold: its content has another hash/,
  );
  expect(wrong.code).toBe(exitCodes.evidence);
  expect(JSON.parse(wrong.stdout)).toMatchObject({ code: 'EVIDENCE_BROKEN' });
});

test('a run that was terminated leaves a bundle that says so', async () => {
  const connection = await Connection.connect({ address: harness().address });
  const client = new Client({ connection });
  const [project, service] = ['p', `s-${randomUUID().slice(0, 8)}`];
  const handle = await client.workflow.start('switchbackWorkflow', {
    workflowId: workflowIdOf(project, service),
    taskQueue: `nobody-${service}`,
    args: [{ project, service }],
  });
  const running = await evidence(
    `${project}/${service}`,
    '--run-id',
    handle.firstExecutionRunId,
    '--out',
    scratch(),
  );
  expect(running.stdout).toContain(': running, without a report.');
  await handle.terminate('wrong pair');
  await connection.close();
  const { code, stdout } = await evidence(
    `${project}/${service}`,
    '--run-id',
    handle.firstExecutionRunId,
    '--out',
    scratch(),
  );
  expect(code).toBe(0);
  expect(stdout).toContain(': terminated, without a report.');
});
