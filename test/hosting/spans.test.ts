import { emptyResource } from '@opentelemetry/resources';
import type { Info } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { RequestRecord } from '../../src/aiven';
import type { SwitchbackReport } from '../../src/contract/report';
import { attemptOf, attemptSpan } from '../../src/hosting/traces/activity-spans';
import { requestSpan } from '../../src/hosting/traces/request-span';
import { runSpans } from '../../src/hosting/traces/run-spans';
import { readable } from '../../src/hosting/traces/span';

const runId = '019a0000-0000-7000-8000-000000000001';
const info = (more: Partial<Info> = {}) =>
  ({
    workflowExecution: { workflowId: 'switchback.p.s', runId },
    workflowType: 'switchbackWorkflow',
    activityId: '3',
    activityType: 'promote',
    attempt: 1,
    isLocal: false,
    ...more,
  }) as Info;
const attempt = () => {
  const found = attemptOf(info());
  if (found === undefined) throw new Error('no attempt');
  return found;
};

describe('an attempt', () => {
  const span = (failure?: unknown) => attemptSpan(attempt(), { from: 1, to: 2, failure });

  test('has an error when it failed, without secrets, and none when it was only cancelled', () => {
    expect(span().error).toBeUndefined();
    expect(span(new CancelledFailure('not wanted')).error).toBeUndefined();
    const failed = span(ApplicationFailure.create({ message: 'at postgres://u:hunter2@h/d' }));
    expect(readable(failed, emptyResource()).status).toEqual({ code: 2, message: 'at postgres://u:***@h/d' });
  });

  test('has an id of its own, the same whenever it is told', () => {
    const ids = [info(), info({ attempt: 2 }), info({ activityId: '4' }), info({ isLocal: true })].map(
      (one) => attemptOf(one)?.spanId,
    );
    expect(new Set(ids).size).toBe(4);
    expect(attemptOf(info())?.spanId).toBe(ids[0]);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  test('of another workflow has no trace', () => {
    expect(attemptOf(info({ workflowType: 'notifierWorkflow' }))).toBeUndefined();
  });
});

test('a request that got no reply says so, and its query stands apart', () => {
  const record: RequestRecord = {
    method: 'GET',
    path: '/v1/project/p/events?limit=5',
    kind: 'read',
    sent: true,
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 7,
    error: 'GET /v1/project/p/events?limit=5: no complete reply within 10 ms',
  };
  expect(requestSpan(attempt(), record)).toMatchObject({
    name: 'GET /v1/project/p/events',
    parent: attempt().spanId,
    from: Date.parse(record.startedAt),
    to: Date.parse(record.startedAt) + 7,
    attributes: { 'http.request.method': 'GET', 'url.path': '/v1/project/p/events', 'url.query': 'limit=5' },
    error: record.error,
  });
});

test('the root of a run that failed has its code; told twice, all is the same', () => {
  const report = {
    runId,
    workflowId: 'switchback.p.s',
    outcome: 'given-up',
    code: 'GIVEN_UP',
    headline: 'Nobody knows.',
    project: 'p',
    primary: 's',
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:05:05.500Z',
    timeline: [
      { at: '2026-01-02T03:04:05.000Z', phase: 'converge', event: 'one' },
      { at: '2026-01-02T03:04:15.000Z', phase: 'needs-operator', event: 'two' },
      { at: '2026-01-02T03:04:25.000Z', phase: 'converge', event: 'three' },
    ],
  } as SwitchbackReport;
  const [root, ...phases] = runSpans(report);
  expect(root).toMatchObject({ error: 'GIVEN_UP: Nobody knows.' });
  expect(root && readable(root, emptyResource()).duration).toEqual([60, 500_000_000]);
  expect(phases.map(({ name }) => name)).toEqual([
    'phase converge',
    'phase needs-operator',
    'phase converge',
  ]);
  expect(new Set([root, ...phases].map((span) => span?.id)).size).toBe(4);
  expect(runSpans(report)).toEqual([root, ...phases]);
});
