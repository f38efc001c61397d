import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NotifyProgress } from '../../src/contract/notifications';
import { useBuild } from '../doors/build';
import { PatientScene } from '../faults/patient-scene';
import { heartbeatOf } from '../notify/heartbeat';
import { Receiver, status } from '../notify/receiver';
import { HOOK_SECRET, until } from '../notify/telling';
import { useScratchFolder } from '../support/scratch';
import { ProcessStage } from './process-stage';

const LONGEST_MS = 120_000;

const folder = useScratchFolder();
useBuild();

/** A run whose worker ends with this signal while a notification is on its way, and another worker that goes on. */
async function die(signal: NodeJS.Signals) {
  const receiver = await Receiver.open(({ json }, response) => {
    if (json.sequence !== '4') response.writeHead(204).end();
  });
  const harness = await ProcessStage.open({ pairs: 1 });
  try {
    const file = join(folder(), `${signal}.json`);
    const sinks = [{ type: 'webhook', url: receiver.url, secret: { env: 'HOOK_SECRET' } }];
    await writeFile(file, JSON.stringify({ sinks }));
    const env = { SWITCHBACK_NOTIFY: file, HOOK_SECRET };
    const worker = await harness.startWorker(env);
    const it = new PatientScene(harness.harness);
    it.stick();
    await it.start({ settleWindow: '0s', convergeTimeout: '2m' });
    await until('the fourth is on its way', () => receiver.sequence.includes(4));
    const { runId } = await harness.harness.temporal.workflow.getHandle(it.workflowId).describe();
    await until('the other three are written down', async () => {
      const [sink] = await heartbeatOf(harness.harness.temporal, runId);
      return sink?.upTo === 3;
    });
    const told = Date.now();
    const { code, signal: by } = await worker.kill(signal);
    const tookMs = Date.now() - told;
    receiver.answer = status(204);
    await harness.startWorker(env);
    await it.unstick();
    const { report } = await it.end();
    const handle = harness.harness.temporal.workflow.getHandle(report.notifier ?? '');
    const { sinks: progress } = (await handle.result()) as NotifyProgress;
    return { receiver, worker: { code, signal: by, tookMs }, report, progress: progress[0] };
  } finally {
    await harness.close();
  }
}

describe.each(['SIGKILL', 'SIGTERM'] as const)('a worker that ends by %s while it notifies', (signal) => {
  let played: Awaited<ReturnType<typeof die>>;
  beforeAll(async () => {
    played = await die(signal);
  }, LONGEST_MS);

  test('leaves it to the next one, which loses nothing, and keeps the order', () => {
    const { receiver, report, progress } = played;
    expect(report.outcome).toBe('switched-back');
    const firstTimes = receiver.sequence.filter((seq, index, all) => all.indexOf(seq) === index);
    expect(firstTimes).toEqual(firstTimes.map((_, index) => index + 1));
    const last = receiver.received.at(-1)?.json;
    expect(last).toMatchObject({ type: 'switchback.run.ended', sequence: String(firstTimes.length) });
    expect(progress).toMatchObject({ sink: 'webhook', upTo: firstTimes.length, undelivered: [] });
  });

  test('does not repeat what had been taken before', () => {
    expect(played.receiver.sequence.slice(0, 5)).toEqual([1, 2, 3, 4, 4]);
  });

  test('repeats what had no answer under the same id', () => {
    const ids = played.receiver.received
      .filter(({ json }) => json.sequence === '4')
      .map(({ json }) => json.id);
    expect(ids.length).toBeGreaterThanOrEqual(2);
    expect(new Set(ids).size).toBe(1);
  });

  if (signal === 'SIGTERM') {
    test('ends at once, although the receiver still thinks', () => {
      expect(played.worker).toMatchObject({ code: 0, signal: null });
      // Below the time after which Temporal's SDK cancels what does not end by itself.
      expect(played.worker.tookMs).toBeLessThan(4_500);
    });
  }
});
