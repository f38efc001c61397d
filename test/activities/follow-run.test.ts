import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { followRun } from '../../src/activities/follow-run';
import { EventFeed } from '../../src/notify';

const RUN = { workflowId: 'w', runId: 'r' };
const CLOSED = new Date(Date.now() - 10 * 60_000);
const ENDED = {
  run: { project: 'p', primary: 's', ...RUN },
  ended: true,
  events: [
    { seq: 1, at: CLOSED.toISOString(), type: 'switchback.run.ended', end: { outcome: 'switched-back' } },
  ],
};

/**
 * Temporal as a notifier meets it that was away for long: the run was closed ten minutes ago. A real one would have to
 * be waited for that long.
 */
function temporalWith(query: (attempt: number) => unknown, closing: object = {}): Client {
  let attempts = 0;
  return {
    options: { namespace: 'default', loadedDataConverter: { payloadConverter: defaultPayloadConverter } },
    withAbortSignal: (_: unknown, work: () => unknown) => work(),
    withDeadline: (_: unknown, work: () => unknown) => work(),
    connection: { withDeadline: (_: unknown, work: () => unknown) => work() },
    workflowService: {
      getWorkflowExecutionHistory: async () => ({ history: { events: [closing] }, nextPageToken: undefined }),
    },
    workflow: {
      getHandle: () => ({
        query: async () => {
          attempts += 1;
          return query(attempts);
        },
        describe: async () => ({
          status: { name: 'COMPLETED' },
          closeTime: CLOSED,
          raw: {},
          typedSearchAttributes: {
            get: ({ name }: { name: string }) => (name === 'SwitchbackProject' ? 'p' : 's'),
          },
        }),
      }),
    },
  } as unknown as Client;
}

async function told(client: Client) {
  const environment = new MockActivityEnvironment({}, { client, logger: new DefaultLogger('ERROR') });
  const tape = new EventFeed();
  await environment.run(() => followRun(RUN, tape, new AbortController().signal));
  return tape.entries.map(({ event }) => event);
}

test('a run that was closed long ago is asked again when it does not answer at once', async () => {
  const client = temporalWith((attempt) => {
    if (attempt === 1) throw new Error('consistent query buffer is full');
    return ENDED;
  });
  expect(await told(client)).toMatchObject([{ type: 'switchback.run.ended' }]);
});

test('a run that can no longer be asked ended as its result says, and is not called silent', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    const report = { outcome: 'switched-back', headline: 'home', next: 'look', pointOfNoReturn: 'then' };
    const result = { payloads: [defaultPayloadConverter.toPayload(report)] };
    const client = temporalWith(
      () => {
        throw new Error('no worker');
      },
      { workflowExecutionCompletedEventAttributes: { result } },
    );
    const telling = told(client);
    await jest.advanceTimersByTimeAsync(120_000);
    expect(await telling).toMatchObject([
      {
        type: 'switchback.run.ended',
        severity: 'info',
        headline: 'home',
        end: { outcome: 'switched-back', next: 'look', wrote: true },
      },
    ]);
  } finally {
    jest.useRealTimers();
  }
});
