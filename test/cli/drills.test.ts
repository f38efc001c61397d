import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { SwitchbackClient } from '../../src/client';
import { searchAttributes } from '../../src/contract/search-attributes';
import type { Trend } from '../../src/contract/trend';
import { verifyEvidence } from '../../src/evidence';
import { until } from '../doors/until';
import { expectSchema } from '../schemas/validator';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';
import { useCommands } from './commands';

const command = useCommands();
const scratch = useScratchFolder();
const project = `trend-${randomUUID().slice(0, 8)}`;
const { project: ofProject, service: ofService, outcome, gapSeconds, lostRows } = searchAttributes;

let connection: Connection;
let temporal: Client;
beforeAll(async () => {
  connection = await Connection.connect({ address: testEnvironment.temporalAddress() });
  temporal = new Client({ connection });
});
afterAll(() => connection?.close());

interface Made {
  outcome: string;
  gap?: number;
  lost?: number;
}

/** Runs as Temporal lists them once they have ended; no worker takes them up. */
async function listed(service: string, ...runs: Made[]): Promise<void> {
  for (const [index, made] of runs.entries()) {
    const handle = await temporal.workflow.start('drillWorkflow', {
      taskQueue: `nobody-${project}`,
      workflowId: `drill.${project}.${service}.${index}`,
      args: [{}],
      typedSearchAttributes: [
        { key: ofProject, value: project },
        { key: ofService, value: service },
        { key: outcome, value: made.outcome },
        ...(made.gap === undefined ? [] : [{ key: gapSeconds, value: made.gap }]),
        ...(made.lost === undefined ? [] : [{ key: lostRows, value: made.lost }]),
      ],
    });
    await handle.terminate('by a test');
  }
  await until('all are listed', async () => (await trendOf(service)).trend.runs.length === runs.length);
}

function drills(service: string, ...more: string[]) {
  const env = { TEMPORAL_ADDRESS: testEnvironment.temporalAddress() };
  return command(['drills', `${project}/${service}`, ...more], env).ended;
}

async function trendOf(service: string, ...more: string[]): Promise<{ code: number | null; trend: Trend }> {
  const { code, stdout } = await drills(service, '--json', ...more);
  const trend = JSON.parse(stdout) as Trend;
  expectSchema('trend', trend);
  return { code, trend };
}

test('prints the trend, and exits with 0 while every target is met', async () => {
  await listed(
    'met',
    { outcome: 'drilled', gap: 41.5, lost: 0 },
    { outcome: 'rehearsed' },
    { outcome: 'blocked' },
  );
  const { code, stdout } = await drills('met', '--rto', '60s', '--rpo', '0');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /✓ rto {2}a gap of 42 s, by the drill of \d{4}-\d\d-\d\d; wanted: a gap of at most 1 min/,
  );
  expect(stdout).toMatch(/✓ rpo {2}0 rows lost/);
  expect(stdout).toMatch(/✓ rehearsed-within {2}the last one [^;]+ ago: rehearsed/);
  expect(stdout).toMatch(/^ENDED \(UTC\) +PROCEDURE +OUTCOME +GAP +LOST ROWS$/m);
  expect(stdout).toMatch(/drill +drilled +42 s +0$/m);
  expect(stdout).toMatch(/drill +rehearsed +– +–$/m);
});

test('exits with 9 for a gap that is over the target, and says what to do', async () => {
  await listed('slow', { outcome: 'drilled', gap: 61, lost: 2 });
  const both = await drills('slow', '--rto', '60s', '--rpo', '0');
  expect(both.code).toBe(9);
  expect(both.stdout).toMatch(/✗ rto {2}a gap of 1 min 1 s/);
  expect(both.stdout).toMatch(/✗ rpo {2}2 rows lost/);
  expect(both.stdout).toContain('switchback result --run-id');
  expect((await drills('slow', '--rto', '61s')).code).toBe(0);
  expect((await drills('slow', '--rehearsed-within', '0s')).code).toBe(9);
});

test('a pair that nobody has practised on misses its target', async () => {
  const { code, stdout } = await drills('never');
  expect(code).toBe(9);
  expect(stdout).toContain(
    '✗ rehearsed-within  none has ended well; wanted: a rehearsal or a drill in the last 7 days',
  );
});

test('the newest of each kind is found however many others follow', async () => {
  await listed(
    'many',
    { outcome: 'drilled', gap: 3, lost: 0 },
    { outcome: 'blocked' },
    { outcome: 'blocked' },
  );
  const client = new SwitchbackClient(temporal);
  const found = await client.trend(project, 'many', 1);
  expect(found.map((run) => run.outcome)).toEqual(['blocked', 'drilled']);
});

test('writes the page, which holds as evidence does', async () => {
  const page = join(scratch(), 'drills.html');
  const { code, stdout } = await drills('slow', '--rto', '60s', '--page', page);
  expect(code).toBe(9);
  expect(stdout).toContain(`page  ${page}`);
  const bytes = await readFile(page);
  expect(verifyEvidence(bytes)).toMatchObject({ holds: true, form: 'page' });
  expect(bytes.toString()).toContain('slow misses');
  const nowhere = await drills('slow', '--page', join(scratch(), 'no', 'where.html'));
  expect(nowhere).toMatchObject({ code: 2 });
  expect(nowhere.stderr).toContain('cannot be written (ENOENT)');
});

test('every fault of the options is said at once', async () => {
  const { code, stderr } = await drills('met', '--rto', 'fast', '--rpo', '-1', '--rehearsed-within', 'often');
  expect(code).toBe(2);
  for (const option of ['--rto must', '--rpo must', '--rehearsed-within must'])
    expect(stderr).toContain(option);
});
