import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Info } from '@temporalio/activity';
import { DefaultLogger } from '@temporalio/worker';
import { tracingInterceptor } from '../../src/hosting/traces/interceptor';
import type { Span } from '../../src/hosting/traces/span';
import { warnOnFailure } from '../../src/hosting/traces/warn-on-failure';

const runId = '019a0000-0000-7000-8000-000000000001';
const report = {
  runId,
  workflowId: 'switchback.p.s',
  outcome: 'switched-back',
  startedAt: '2026-01-02T03:04:05.000Z',
  endedAt: '2026-01-02T03:05:05.000Z',
  timeline: [{ at: '2026-01-02T03:04:05.000Z', phase: 'validate', event: 'input accepted' }],
};

/** The names of the spans that an attempt leaves, and what came of it. */
async function spansOf(more: Partial<Info>, work: () => Promise<unknown>, add?: () => void) {
  const told: Span[] = [];
  const info = {
    workflowExecution: { workflowId: 'switchback.p.s', runId },
    workflowType: 'switchbackWorkflow',
    activityId: '3',
    isLocal: true,
    attempt: 1,
    activityType: 'keepEvidence',
    ...more,
  } as Info;
  const { execute } = tracingInterceptor(info, add ?? ((span) => told.push(span)));
  const result = await execute?.({ args: [report], headers: {} }, work).catch(
    (error: Error) => `threw ${error.message}`,
  );
  return { result, spans: told.map(({ name, error }) => (error === undefined ? name : `${name}!`)) };
}

test('the run is told of once, when its last activity is tried first', async () => {
  const work = async () => 'kept';
  const first = await spansOf({}, work);
  expect(first).toEqual({ result: 'kept', spans: ['switchback', 'phase validate', 'keepEvidence'] });
  expect(await spansOf({ attempt: 2 }, work)).toEqual({ result: 'kept', spans: ['keepEvidence'] });
  expect(await spansOf({ activityType: 'verify' }, work)).toEqual({ result: 'kept', spans: ['verify'] });
});

test('what an attempt throws is thrown, and told', async () => {
  const work = () => Promise.reject(new Error('disk full'));
  expect(await spansOf({ activityType: 'promote' }, work)).toEqual({
    result: 'threw disk full',
    spans: ['promote!'],
  });
});

test('a span that cannot be told is no reason to fail', async () => {
  const add = () => {
    throw new Error('a bug in a trace');
  };
  expect((await spansOf({}, async () => 'kept', add)).result).toBe('kept');
});

test('what cannot be sent is logged once a minute, and nobody else is told', () => {
  jest.useFakeTimers();
  const lines: string[] = [];
  const answers: unknown[] = [];
  const failing: SpanExporter = {
    export: (_spans, done) => done({ code: 1, error: new Error('away') }),
    shutdown: async () => {},
  };
  const exporter = warnOnFailure(failing, new DefaultLogger('WARN', ({ message }) => lines.push(message)));
  const send = () => exporter.export([], (answer) => answers.push(answer));
  for (let time = 0; time < 5; time += 1) send();
  expect(lines).toEqual(['spans cannot be sent and are dropped']);
  jest.advanceTimersByTime(60_000);
  send();
  jest.useRealTimers();
  expect(lines).toHaveLength(2);
  expect(answers).toEqual(Array(6).fill({ code: 0 }));
});
