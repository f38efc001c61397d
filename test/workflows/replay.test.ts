import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type ReplayResult, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { testEnvironment } from '../support/environment';
import { quieten } from './harness';

const FOLDER = join(__dirname, '..', 'histories');
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace('.json', ''));

const read = (name: string) => readFileSync(join(FOLDER, `${name}.json`), 'utf8');

async function replay(histories: { workflowId: string; history: unknown }[]): Promise<ReplayResult[]> {
  quieten();
  const workflowBundle = { codePath: testEnvironment.workflowBundle() };
  const results: ReplayResult[] = [];
  for await (const result of Worker.runReplayHistories({ workflowBundle }, histories)) results.push(result);
  return results;
}

test('there are recorded runs of every kind', () => {
  expect(NAMES).toEqual([
    'approved',
    'blocked',
    'cancelled-late-and-accepted',
    'fleet',
    'lost-reply',
    'lost-request',
    'proven',
    'returned-to-recovery',
    'switched-back-promote-to-master',
    'switched-back-role',
  ]);
});

test('the code as it is now goes the same way as every recorded run', async () => {
  const results = await replay(NAMES.map((name) => ({ workflowId: name, history: JSON.parse(read(name)) })));
  expect(results.map(({ workflowId }) => workflowId)).toEqual(NAMES);
  expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
});

test('a history that goes another way is told apart', async () => {
  const history = read('switched-back-role').replace('"name": "promote"', '"name": "demote"');
  const [result] = await replay([{ workflowId: 'tampered', history: JSON.parse(history) }]);
  expect(result?.error).toBeInstanceOf(DeterminismViolationError);
});

test.each(NAMES)('the recording %s names no machine and holds no secret', (name) => {
  const raw = read(name);
  const decoded = raw.replace(/"data": "([^"]*)"/g, (_, data) => Buffer.from(data, 'base64').toString());
  expect(decoded).toContain('pg-demo');
  for (const text of [raw, decoded]) {
    expect(text).not.toMatch(/\d+@|127\.0\.0\.1|localhost|aivenv1|postgres:\/\//);
    expect(text).not.toMatch(/\s+at \S+ \(|\(\/|node_modules|\.(ts|js):\d/);
  }
});
