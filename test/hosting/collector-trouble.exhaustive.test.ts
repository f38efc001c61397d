import { freePorts } from '../../src/dev-server/ports';
import { useBuild } from '../doors/build';
import { Collector } from './collector';
import { Stage } from './stage';

useBuild();
let stage: Stage;
let hanging: Collector;

beforeAll(async () => {
  hanging = await Collector.open({ answers: false });
  stage = await Stage.open();
});
afterAll(async () => {
  await stage?.close();
  hanging?.close();
});

/** How long a run takes, and then the end of the worker, with spans on their way nowhere. */
async function runWith(pair: number, env: Record<string, string>) {
  const taskQueue = `${stage.lab.project}-${pair}`;
  const worker = await stage.startWorker({ SWITCHBACK_TASK_QUEUE: taskQueue, ...env });
  const client = await stage.clientOn(taskQueue);
  const began = performance.now();
  const { workflowId } = await client.start(stage.input(pair));
  const { outcome } = await client.result(workflowId);
  const runMs = performance.now() - began;
  const { code, tookMs } = await worker.stop();
  const complaints = worker.log().filter(({ msg }) => msg.startsWith('spans cannot be sent'));
  return { outcome, runMs, code, tookMs, complaints };
}

test('a collector that hangs, or is away, delays neither the run nor the end of the worker', async () => {
  const [port] = await freePorts(1, '127.0.0.1');
  const without = await runWith(0, {});
  const hung = await runWith(1, { OTEL_EXPORTER_OTLP_ENDPOINT: hanging.url });
  const away = await runWith(2, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  expect(hanging.requests).toBeGreaterThan(0);
  for (const { outcome, code, runMs, tookMs } of [hung, away]) {
    expect([outcome, code]).toEqual(['switched-back', 0]);
    // Somewhat less than the 10 s that OpenTelemetry would wait by default.
    expect(runMs).toBeLessThan(without.runMs + 8_000);
    expect(tookMs).toBeLessThan(without.tookMs + 8_000);
  }
  expect(without.complaints).toEqual([]);
  // Once a minute at most, however many batches were lost.
  for (const { complaints } of [hung, away]) expect(complaints).toHaveLength(1);
});
