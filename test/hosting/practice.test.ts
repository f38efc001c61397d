import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { MetricMeter } from '@temporalio/common';
import { DefaultLogger, NativeConnection } from '@temporalio/worker';
import { searchAttributes } from '../../src/contract/search-attributes';
import { showPractice } from '../../src/hosting/metrics/practice';
import { until } from '../doors/until';
import { testEnvironment } from '../support/environment';

const project = `practice-${randomUUID().slice(0, 8)}`;
const { project: ofProject, service: ofService, outcome, gapSeconds, lostRows } = searchAttributes;

let temporal: Client;
let connection: NativeConnection;
beforeAll(async () => {
  const address = testEnvironment.temporalAddress();
  temporal = new Client({ connection: await Connection.connect({ address }) });
  connection = await NativeConnection.connect({ address });
});
afterAll(async () => {
  await connection?.close();
  await temporal?.connection.close();
});

/** As Temporal lists it once it has ended; no worker takes it up. Answers with when it ended, in seconds. */
async function run(service: string, ended: string, gap?: number, lost?: number): Promise<number> {
  const handle = await temporal.workflow.start('drillWorkflow', {
    taskQueue: `nobody-${project}`,
    workflowId: `drill.${project}.${service}.${randomUUID()}`,
    args: [{}],
    typedSearchAttributes: [
      { key: ofProject, value: project },
      { key: ofService, value: service },
      { key: outcome, value: ended },
      ...(gap === undefined ? [] : [{ key: gapSeconds, value: gap }]),
      ...(lost === undefined ? [] : [{ key: lostRows, value: lost }]),
    ],
  });
  await handle.terminate('by a test');
  return ((await handle.describe()).closeTime?.getTime() ?? 0) / 1_000;
}

test('shows when each pair was rehearsed last and what its newest run measured, and keeps up', async () => {
  const shown = new Map<string, number>();
  const meter = {
    createGauge: (name: string) => ({
      set: (value: number, labels: { project: string; service: string }) => {
        if (labels.project === project) shown.set(`${name} ${labels.service}`, value);
      },
    }),
  };
  const seen = (what: string, service: string) => shown.get(`switchback_${what} ${service}`);
  await run('a', 'drilled', 90, 2);
  await run('a', 'drilled', 42.5, 0);
  const rehearsed = await run('a', 'rehearsed');
  await run('a', 'blocked');
  await run('b', 'blocked');
  const stop = new AbortController();
  const listing = {
    connection: () => connection,
    namespace: 'default',
    meter: meter as unknown as MetricMeter,
    log: new DefaultLogger('ERROR'),
    everyMs: 50,
  };
  const showing = showPractice(listing, [`${project}/configured`], stop.signal);
  try {
    await until(
      'all is listed',
      () =>
        seen('rehearsed_timestamp_seconds', 'a') === rehearsed &&
        shown.has('switchback_rehearsed_timestamp_seconds b'),
    );
    expect(seen('last_write_gap_seconds', 'a')).toBe(42.5);
    expect(seen('last_lost_rows', 'a')).toBe(0);
    expect(seen('rehearsed_timestamp_seconds', 'b')).toBe(0);
    expect(seen('last_write_gap_seconds', 'b')).toBeUndefined();
    expect(seen('rehearsed_timestamp_seconds', 'configured')).toBe(0);

    const drilled = await run('b', 'drilled', 70, 1);
    await until('the new drill is seen', () => seen('rehearsed_timestamp_seconds', 'b') === drilled);
    expect([seen('last_write_gap_seconds', 'b'), seen('last_lost_rows', 'b')]).toEqual([70, 1]);
  } finally {
    stop.abort();
    await showing;
  }
});
