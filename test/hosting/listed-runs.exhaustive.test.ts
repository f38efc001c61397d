import type { MetricMeter } from '@temporalio/common';
import { DefaultLogger, NativeConnection } from '@temporalio/worker';
import { alarmCauses } from '../../src/contract/alarm';
import { askingPhases } from '../../src/contract/phase';
import { attributeTypes } from '../../src/contract/search-attributes';
import { type DevServer, startDevServer } from '../../src/dev-server';
import { showListedRuns } from '../../src/hosting/metrics/listed-runs';
import { installRuntime } from '../../src/hosting/runtime';
import { useBuild } from '../doors/build';
import { until } from '../doors/until';
import { testEnvironment } from '../support/environment';
import { samplesIn } from './samples';
import { type ObservedWorker, Stage } from './stage';

/** A gauge for each phase that asks, and for each cause of an alarm. */
const SHOWN = askingPhases.length + alarmCauses.length;

useBuild();
let server: DevServer;
let stage: Stage;

beforeAll(async () => {
  // One of its own: the runs of other tests shall not be counted.
  server = await startDevServer({ cliPath: testEnvironment.temporalCli() });
  stage = await Stage.open(server.address);
});
afterAll(async () => {
  await stage?.close();
  await server?.stop();
});

/** The gauges whose value is not zero, as `name{label}`. */
async function gauges(worker: ObservedWorker): Promise<Record<string, number>> {
  // One after the other they are set when the worker looks for the first time.
  const found = await until('all gauges are there', async () => {
    const samples = samplesIn(await worker.scrape()).filter(({ name }) =>
      ['switchback_runs_waiting', 'switchback_alarms_open'].includes(name),
    );
    return samples.length === SHOWN && samples;
  });
  const named = found.map(({ name, labels, value }) => [`${name}{${labels.phase ?? labels.cause}}`, value]);
  return Object.fromEntries(named.filter(([, value]) => value !== 0));
}

test('runs that wait for a person and open alarms are counted as Temporal lists them, by any worker', async () => {
  const first = await stage.startWorker();
  expect(await gauges(first)).toEqual({});
  stage.lab.pairs[1]?.behave({ stuck: true });
  const asking = await stage.client.start(
    stage.input(0, { approval: 'required', requestedBy: 'dev@example.com' }),
  );
  const stuck = await stage.client.start(stage.input(1, { convergeTimeout: '1s' }));
  const phaseOf = async (id: string) => (await stage.client.status(id)).phase;
  await until('one asks for approval', async () => (await phaseOf(asking.workflowId)) === 'approval');
  await until('one needs a person', async () => (await phaseOf(stuck.workflowId)) === 'needs-operator');

  const expected = {
    'switchback_runs_waiting{approval}': 1,
    'switchback_runs_waiting{needs-operator}': 1,
    'switchback_alarms_open{deadline}': 1,
  };
  // A worker that knows nothing of the runs looks as soon as it starts.
  const counted = async (how: number) => {
    const worker = await stage.startWorker();
    await until('they are counted', async () => Object.keys(await gauges(worker)).length === how);
    return gauges(worker);
  };
  expect(await counted(3)).toEqual(expected);
  await stage.client.abort(asking.workflowId, { by: 'ops@example.com', reason: 'INC-123' });
  await stage.client.result(asking.workflowId).catch(() => {});
  const { 'switchback_runs_waiting{approval}': _, ...left } = expected;
  expect(await counted(2)).toEqual(left);
}, 90_000);

test('while Temporal does not list them the numbers are NaN, which is logged once', async () => {
  await installRuntime({ logLevel: 'silent', metricsAddress: undefined });
  const away = await startDevServer({
    cliPath: testEnvironment.temporalCli(),
    searchAttributes: attributeTypes,
  });
  const connection = await NativeConnection.connect({ address: away.address });
  const values: number[] = [];
  const warnings: string[] = [];
  const meter = { createGauge: () => ({ set: (value: number) => values.push(value) }) };
  const log = new DefaultLogger('WARN', ({ message }) => warnings.push(message));
  const stop = new AbortController();
  const showing = showListedRuns(
    {
      connection: () => connection,
      namespace: 'default',
      meter: meter as unknown as MetricMeter,
      log,
      everyMs: 10,
    },
    stop.signal,
  );
  try {
    await until('they are listed', () => values.length > SHOWN);
    expect(new Set(values)).toEqual(new Set([0]));
    await away.stop();
    await until('it tried several times', () => values.filter(Number.isNaN).length > 2 * SHOWN, 45_000);
    expect(values.at(-1)).toBe(Number.NaN);
  } finally {
    stop.abort();
    await showing;
    await connection.close();
    await away.stop();
  }
  expect(warnings).toEqual(['the runs that wait for a person cannot be listed']);
}, 60_000);
