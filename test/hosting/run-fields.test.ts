import { RunFields } from '../../src/hosting/logging/run-fields';

const run = (n: number) => ({ workflowId: `switchback.p.s${n}`, runId: `run-${n}` });

test('a line without a phase gets the one that was said last of its run', () => {
  const fields = new RunFields();
  expect(fields.complete(run(1))).toEqual(run(1));
  fields.complete({ ...run(1), phase: 'preflight' });
  fields.complete({ ...run(2), phase: 'verify' });
  expect(fields.complete({ ...run(1), a: 1 })).toEqual({ ...run(1), a: 1, phase: 'preflight' });
  fields.complete({ ...run(1), phase: 'promote' });
  expect(fields.complete(run(1))).toEqual({ ...run(1), phase: 'promote' });
});

test('a line of an activity calls the run as that of a workflow does, and keeps its task token to itself', () => {
  const fields = new RunFields();
  fields.complete({ ...run(1), phase: 'promote' });
  const line = { workflowId: 'switchback.p.s1', workflowRunId: 'run-1', taskToken: 'opaque', attempt: 1 };
  expect(fields.complete(line)).toEqual({ ...run(1), attempt: 1, phase: 'promote' });
});

test('a line of no run stays as it is', () => {
  expect(new RunFields().complete({ taskQueue: 'q' })).toEqual({ taskQueue: 'q' });
});

test('of many runs, those that were heard of last are remembered', () => {
  const fields = new RunFields();
  for (let n = 0; n < 1_000; n += 1) fields.complete({ ...run(n), phase: 'converge' });
  fields.complete(run(0));
  fields.complete({ ...run(1_000), phase: 'converge' });
  expect(fields.complete(run(0))).toHaveProperty('phase');
  expect(fields.complete(run(1))).not.toHaveProperty('phase');
  expect(fields.complete(run(1_000))).toHaveProperty('phase');
});
