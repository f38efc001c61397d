import { Client, Connection } from '@temporalio/client';
import { type MetricEntry, metrics } from '../../src/contract/metrics';
import { useBuild } from '../doors/build';
import { until } from '../doors/until';
import { samplesIn, valuesOf } from '../hosting/samples';
import { Stage } from '../hosting/stage';
import { testEnvironment } from '../support/environment';
import { findPromtool, runPromtool } from '../support/promtool';
import { queries, seriesIn } from './queries';

useBuild();
const promtool = findPromtool();
let stage: Stage;
let scraped: string;

/** A worker that did a real run, met a rate limit, and a workflow task that fails. */
beforeAll(async () => {
  stage = await Stage.open();
  const worker = await stage.startWorker();
  stage.lab.addFault({
    match: { method: 'GET', service: stage.input(0).service },
    do: { type: 'status', status: 429, message: 'Rate limit exceeded - try again in 1s' },
  });
  const { workflowId } = await stage.client.start(stage.input(0));
  await stage.client.result(workflowId);
  const failing = await startUnknownWorkflow(stage.lab.project);
  const failures = 'temporal_workflow_task_execution_failed_total';
  scraped = await until('all is counted', async () => {
    const text = await worker.scrape();
    return valuesOf(text, failures).length > 0 && valuesOf(text, metrics.runs.name).length > 0 && text;
  });
  await failing();
});
afterAll(() => stage?.close());

/** No worker has it, so that its first task fails; answers what ends it. */
async function startUnknownWorkflow(taskQueue: string): Promise<() => Promise<void>> {
  const connection = await Connection.connect({ address: testEnvironment.temporalAddress() });
  const { workflow } = new Client({ connection });
  const handle = await workflow.start('nobodyHasThis', { taskQueue, workflowId: `${taskQueue}.unknown` });
  return async () => {
    await handle.terminate();
    await connection.close();
  };
}

const names = () => new Set(samplesIn(scraped).map(({ name }) => name));

test.each(queries)("%s asks for Temporal's metrics as a worker shows them", (_where, expr) => {
  for (const { name, labels } of seriesIn(expr).filter((one) => one.name.startsWith('temporal_'))) {
    expect(names()).toContain(name);
    const sample = samplesIn(scraped).find((one) => one.name === name);
    expect([...Object.keys(sample?.labels ?? {}), 'le', 'instance']).toEqual(expect.arrayContaining(labels));
  }
});

test('what a worker shows as ours is in the table, of its kind, with its labels and its words', () => {
  const entries = Object.values<MetricEntry>(metrics);
  const shown = [...scraped.matchAll(/^# TYPE (switchback_\w+) (\w+)$/gm)].map(([, name, kind]) => ({
    name,
    kind,
  }));
  expect(shown.length).toBeGreaterThanOrEqual(6);
  for (const { name, kind } of shown) {
    const entry = entries.find((one) => one.name === name);
    expect({ name, kind }).toEqual({ name, kind: entry?.kind });
    expect(scraped).toContain(`# HELP ${name} ${entry?.help}\n`);
    const [sample] = samplesIn(scraped).filter((one) => one.name.startsWith(name ?? ''));
    expect(Object.keys(sample?.labels ?? {})).toEqual(expect.arrayContaining([...(entry?.labels ?? [])]));
  }
});

test('histograms have the buckets of the table', () => {
  const buckets = samplesIn(scraped).filter(({ name }) => name === `${metrics.phaseSeconds.name}_bucket`);
  expect(new Set(buckets.map(({ labels }) => labels.le))).toEqual(
    new Set([...metrics.phaseSeconds.buckets.map(String), '+Inf']),
  );
});

test('a rate limit is counted, with the wait that was asked for', () => {
  expect(valuesOf(scraped, metrics.apiRequests.name, { method: 'GET', status: '429' })).toEqual([1]);
  expect(valuesOf(scraped, `${metrics.rateLimitSeconds.name}_sum`)).toEqual([1]);
});

if ('missing' in promtool) {
  test.skip(`promtool is not here: ${promtool.missing}`, () => {});
} else {
  test('promtool finds nothing wrong with what a worker shows', () => {
    const { output } = runPromtool(promtool.path, ['check', 'metrics'], scraped);
    // The SDK gives its own labels, such as taskQueue, to whatever a workflow records.
    const findings = output
      .split('\n')
      .filter((line) => line !== '' && !/label names should be written in/.test(line));
    expect(findings).toEqual([]);
  });
}
