import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection, type WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import type { KeptEvidence } from '../../src/contract/report';
import {
  buildBundle,
  bytesOf,
  createEvidenceStore,
  type EvidenceStore,
  keepEvidence,
  renderPage,
  verifyEvidence,
} from '../../src/evidence';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';
import { poll, quieten } from '../workflows/harness';
import type { Ending, EndingActivities } from './run.workflow';

const scratch = useScratchFolder();
const taskQueue = `evidence-${randomUUID()}`;
/** What the store of a run does instead of taking a file, once each; by workflow id. */
const troubles = new Map<string, (() => Promise<void>)[]>();
/** Runs whose last task is to be done again. */
const twice = new Set<string>();
const kept = new Map<string, KeptEvidence[]>();
const waiting = new Set<() => void>();

let connection: Connection;
let native: NativeConnection;
let client: Client;
let worker: Worker;
let running: Promise<void>;

beforeAll(async () => {
  quieten();
  const address = testEnvironment.temporalAddress();
  connection = await Connection.connect({ address });
  client = new Client({ connection });
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(__dirname, 'run.workflow.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  native = await NativeConnection.connect({ address });
  worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle,
    activities: activities(),
  });
  running = worker.run();
});
afterAll(async () => {
  for (const go of waiting) go();
  worker.shutdown();
  await running;
  await native.close();
  await connection.close();
});

function activities(): EndingActivities {
  return {
    work: async (name) => {
      if (name === 'second') throw new Error('postgres://u:secret@h/d is down');
      if (name === 'forever') await new Promise<void>((resolve) => waiting.add(resolve));
      return `${name} is done`;
    },
    keepEvidence: async (report) => {
      const { workflowId, runId } = report;
      const fetchHistory = () => client.workflow.getHandle(workflowId, runId).fetchHistory();
      const all = [
        ...(kept.get(workflowId) ?? []),
        await keepEvidence(report, { fetchHistory, store: storeOf(workflowId) }),
      ];
      kept.set(workflowId, all);
      const last = all.at(-1) as KeptEvidence;
      return twice.delete(workflowId) ? { ...last, head: 'once more' } : last;
    },
  };
}

function storeOf(workflowId: string): EvidenceStore {
  const folder = createEvidenceStore({ folder: scratch() });
  return {
    put: async (...file) => {
      await troubles.get(workflowId)?.shift()?.();
      return folder.put(...file);
    },
  };
}

async function start(
  by: Ending['by'],
  trouble: (() => Promise<void>)[] = [],
  again = false,
  workflowTaskTimeout: '10s' | '15s' = '10s',
): Promise<WorkflowHandle> {
  const workflowId = `ending.${randomUUID()}`;
  troubles.set(workflowId, trouble);
  if (again) twice.add(workflowId);
  return client.workflow.start('endingWorkflow', {
    taskQueue,
    workflowId,
    args: [{ by } satisfies Ending],
    workflowTaskTimeout,
  });
}

async function endOf(handle: WorkflowHandle): Promise<{ evidence: KeptEvidence; runId: string }> {
  return handle.result().catch((error: WorkflowFailedError) => {
    if (error.cause instanceof ApplicationFailure) return error.cause.details?.[0];
    throw error;
  });
}

/** What was written while the run ended is what its history gives now. */
async function sameAgain(handle: WorkflowHandle) {
  const { evidence, runId } = await endOf(handle);
  const { workflowId } = handle;
  const history = await handle.fetchHistory();
  const rebuilt = buildBundle(history, { workflowId, runId });
  expect(rebuilt.chain.head).toBe(evidence.head);
  const [json, page] = await Promise.all([readFile(evidence.json), readFile(evidence.page)]);
  expect(json.equals(bytesOf(rebuilt))).toBe(true);
  expect(page.equals(await renderPage(rebuilt))).toBe(true);
  expect(verifyEvidence(json, evidence.head).holds && verifyEvidence(page, evidence.head).holds).toBe(true);
  const types = (history.events ?? []).map((event) =>
    event.workflowTaskStartedEventAttributes
      ? 'task'
      : (event.markerRecordedEventAttributes?.markerName ?? ''),
  );
  return { rebuilt, types, json: json.toString() };
}

const untilKeeping = (handle: WorkflowHandle, trouble: (() => Promise<void>)[]) =>
  poll(
    `the evidence of ${handle.workflowId} is being kept`,
    () => trouble.length,
    (left) => left === 0,
  );

test('a run that ends well leaves the bundle that its history gives later', async () => {
  const handle = await start('itself');
  await handle.signal('nudge', 'go on');
  const { rebuilt, types, json } = await sameAgain(handle);
  expect(types).toContain('core_local_activity');
  expect(rebuilt.run.status).toBe('completed');
  expect(rebuilt.report).not.toHaveProperty('evidence');
  const seen = rebuilt.entries.map(({ kind, data }) =>
    `${kind} ${String(data.name ?? '')} ${String(data.ended ?? '')}`.trim(),
  );
  expect(seen).toEqual(
    expect.arrayContaining([
      'input',
      'activity work completed',
      'activity work open',
      'activity work failed',
      'timer  fired',
      'timer  open',
      'signal nudge',
    ]),
  );
  expect(JSON.stringify(rebuilt.entries)).toContain('postgres://u:***@h/d is down');
  expect(json).not.toContain('secret');
});

test('so does one that fails, with its report as the detail of the failure', async () => {
  const handle = await start('failure');
  await handle.signal('nudge', 'go on');
  const { rebuilt } = await sameAgain(handle);
  expect(rebuilt.run.status).toBe('failed');
  expect(rebuilt.report).toMatchObject({ outcome: 'aborted', code: 'ABORTED' });
});

test('so does one that an update ends, which is in history only after the end', async () => {
  const handle = await start('update');
  await handle.signal('nudge', 'go on');
  await poll(
    'the run only waits for the update',
    async () => (await handle.fetchHistory()).events ?? [],
    (events) =>
      events.some((event) => event.activityTaskFailedEventAttributes) &&
      events.at(-1)?.workflowTaskCompletedEventAttributes != null,
  );
  await handle.executeUpdate('abort', { args: [{ by: 'ops', reason: 'INC-1' }] });
  const { rebuilt } = await sameAgain(handle);
  const { events } = await handle.fetchHistory();
  expect(events?.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toBe(true);
  expect(rebuilt.entries.filter(({ kind }) => kind === 'update')).toEqual([]);
});

test('so does one whose store takes longer than a workflow task, while signals and an update come in', async () => {
  const tasks = async () =>
    (await handle.fetchHistory()).events?.filter((event) => event.workflowTaskStartedEventAttributes).length;
  // The worker asks for the next task when four fifths of the present one are over, and has to be in time for that: a
  // fifth is longer than a machine stands still. The second one brings the update, the third one its answer.
  const slow = async () => {
    const before = (await tasks()) ?? 0;
    await poll('two more tasks', tasks, (count = 0) => count >= before + 2);
  };
  const trouble = [slow];
  const handle = await start('itself', trouble, false, '15s');
  await handle.signal('nudge', 'go on');
  await untilKeeping(handle, trouble);
  await handle.signal('nudge', 'too late');
  await handle.executeUpdate('abort', { args: [{ by: 'ops', reason: 'too late' }] });
  const { rebuilt, types } = await sameAgain(handle);
  expect(rebuilt.entries.filter(({ kind }) => kind === 'signal')).toHaveLength(1);
  // The run went on with a second task while the files were being written.
  expect(types.slice(types.lastIndexOf('task')).length).toBeLessThan(types.length / 2);
}, 120_000);

test('so does one whose store fails at first', async () => {
  const handle = await start('itself', [() => Promise.reject(new Error('disk full'))]);
  await handle.signal('nudge', 'go on');
  await sameAgain(handle);
});

test('so does one whose last task is done again: the files are those of the report that counts', async () => {
  const handle = await start('itself', [], true);
  await handle.signal('nudge', 'go on');
  const { rebuilt } = await sameAgain(handle);
  const all = kept.get(handle.workflowId) ?? [];
  expect(all.map(({ json }) => json)).toEqual([all[0]?.json, all[0]?.json]);
  expect(all[0]?.head).not.toBe(rebuilt.chain.head);
});

test('a run that was terminated says so, and by whom', async () => {
  const handle = await start('itself');
  await handle.signal('nudge', 'go on');
  await endOf(handle);
  const other = await start('itself');
  await other.terminate('wrong pair');
  const { runId } = await other.describe();
  const bundle = buildBundle(await other.fetchHistory(), { workflowId: other.workflowId, runId });
  expect(bundle.run.status).toBe('terminated');
  expect(bundle.entries.at(-2)).toMatchObject({ kind: 'end', data: { reason: 'wrong pair' } });
  expect((await renderPage(bundle)).toString()).toContain('The run was terminated');
});
