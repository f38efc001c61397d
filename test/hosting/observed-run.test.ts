import type { SwitchbackReport } from '../../src/contract/report';
import { useBuild } from '../doors/build';
import { attributesOf, Collector, type Span } from './collector';
import { valuesOf } from './samples';
import { type LogLine, Stage } from './stage';

useBuild();
let collector: Collector;
let stage: Stage;
let report: SwitchbackReport;
let scraped: string;
let log: LogLine[];

/** One run, looked at from all sides. */
beforeAll(async () => {
  collector = await Collector.open();
  stage = await Stage.open();
  const worker = await stage.startWorker({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
  });
  const { workflowId } = await stage.client.start(stage.input(0));
  report = await stage.client.result(workflowId);
  scraped = await worker.scrape();
  await worker.stop();
  log = worker.log();
});
afterAll(async () => {
  await stage?.close();
  collector?.close();
});

describe('the trace', () => {
  const named = (name: string) => collector.spans.filter((span) => span.name === name);
  const root = () => named('switchback')[0] as Span;
  const ms = (nanos: string) => Number(BigInt(nanos) / 1_000_000n);

  test('has the id of the run, in every span', () => {
    const traceId = report.runId.replaceAll('-', '');
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(collector.spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(collector.resource).toMatchObject({
      'service.name': 'switchback',
      'deployment.environment': 'test',
    });
  });

  test('has one root, with the outcome, from the start of the run to its end', () => {
    expect(collector.spans.filter((span) => span.parentSpanId === undefined)).toEqual([root()]);
    expect(attributesOf(root())).toMatchObject({
      'switchback.outcome': 'switched-back',
      'temporal.workflow.id': report.workflowId,
    });
    expect(new Date(ms(root().startTimeUnixNano)).toISOString()).toBe(report.startedAt);
    expect(new Date(ms(root().endTimeUnixNano)).toISOString()).toBe(report.endedAt);
  });

  test('has the phases of the report, one after the other, with its timeline', () => {
    const phases = collector.spans.filter(({ name }) => name.startsWith('phase '));
    const told = report.timeline.map(({ phase }) => `phase ${phase}`);
    expect(phases.map(({ name }) => name)).toEqual(told.filter((name, at) => name !== told[at - 1]));
    expect(phases.flatMap(({ events }) => events.map(({ name }) => name))).toEqual(
      report.timeline.map(({ event }) => event),
    );
    for (const [index, phase] of phases.entries()) {
      expect(phase.parentSpanId).toBe(root().spanId);
      expect(phase.endTimeUnixNano).toBe(phases[index + 1]?.startTimeUnixNano ?? root().endTimeUnixNano);
    }
  });

  test('has a span for every attempt of an activity', () => {
    for (const name of ['discover', 'preflight', 'promote', 'watchPair', 'verify', 'keepEvidence']) {
      const [attempt] = named(name);
      expect(attempt?.parentSpanId).toBe(root().spanId);
      expect(attributesOf(attempt)).toMatchObject({
        'temporal.run.id': report.runId,
        'temporal.workflow.id': report.workflowId,
        'temporal.activity.type': name,
        'temporal.activity.attempt': 1,
      });
      expect(attempt?.status.code).toBe(0);
    }
  });

  test('has a span for every request, under the attempt that made it', () => {
    const [promote] = named('promote');
    const write = collector.spans.find(({ name }) => name.startsWith('PUT '));
    expect(write?.parentSpanId).toBe(promote?.spanId);
    expect(attributesOf(write)).toMatchObject({
      'http.request.method': 'PUT',
      'url.path': `/v1/project/${report.project}/service/${report.primary}`,
      'http.response.status_code': 200,
      'aiven.request.id': expect.stringMatching(/./),
    });
    expect(ms(write?.startTimeUnixNano ?? '0')).toBeGreaterThanOrEqual(ms(promote?.startTimeUnixNano ?? '0'));
    expect(ms(write?.endTimeUnixNano ?? '0')).toBeLessThanOrEqual(ms(promote?.endTimeUnixNano ?? '0') + 1);
    const requests = collector.spans.filter(({ name }) => /^(GET|POST|PUT) /.test(name));
    expect(requests.length).toBeGreaterThanOrEqual(report.requests.reads + report.requests.writes);
  });
});

describe('the metrics', () => {
  const values = (name: string, labels = {}) => valuesOf(scraped, name, labels);

  test('count the requests by method and status', () => {
    expect(values('switchback_api_requests_total', { method: 'PUT', status: '200' })).toEqual([1]);
    const [gets] = values('switchback_api_requests_total', { method: 'GET', status: '200' });
    expect(gets).toBeGreaterThan(5);
  });

  test('say of every phase and every cause how many runs there are, also when there are none', () => {
    for (const phase of ['approval', 'needs-operator'])
      expect(values('switchback_runs_waiting', { phase })).toEqual([expect.any(Number)]);
    for (const cause of ['deadline', 'both-active', 'unreadable'])
      expect(values('switchback_alarms_open', { cause })).toEqual([expect.any(Number)]);
  });

  test("have Temporal's own beside them, in seconds", () => {
    expect(values('temporal_worker_task_slots_available', { worker_type: 'ActivityWorker' })).toEqual([
      1_000,
    ]);
    expect(values('temporal_request_latency_seconds_count').length).toBeGreaterThan(0);
  });

  test('of the run itself are told by the workflow', () => {
    expect(values('switchback_runs_total', { mode: 'execute', outcome: 'switched-back' })).toEqual([1]);
    for (const phase of ['preflight', 'converge']) {
      expect(values('switchback_phase_seconds_count', { phase })).toEqual([1]);
      expect(values('switchback_phase_seconds_bucket', { phase, le: '1800' })).toEqual([1]);
    }
  });
});

describe('the log', () => {
  const ofRun = () => log.filter(({ runId }) => runId === report.runId);

  test('names run and phase in every line of a run, also in those of activities', () => {
    expect(ofRun().length).toBeGreaterThan(20);
    for (const line of ofRun().slice(ofRun().findIndex(({ phase }) => phase !== undefined)))
      expect(line).toMatchObject({ workflowId: report.workflowId, phase: expect.any(String) });
    expect(log.filter((line) => 'workflowRunId' in line || 'taskToken' in line)).toEqual([]);
  });

  test('has one line for each request, the write louder than the reads', () => {
    const requests = ofRun().filter(({ msg }) => /^(GET|PUT|POST) \//.test(msg));
    expect(requests.length).toBeGreaterThanOrEqual(report.requests.reads + report.requests.writes);
    const writes = requests.filter(({ method }) => method === 'PUT');
    expect(writes).toEqual([
      expect.objectContaining({
        level: 30,
        msg: `PUT /v1/project/${report.project}/service/${report.primary}: 200`,
        status: 200,
        durationMs: expect.any(Number),
        requestId: expect.any(String),
        activityType: 'promote',
        phase: 'promote',
      }),
    ]);
    for (const { method, level } of requests) expect(level).toBe(method === 'PUT' ? 30 : 20);
  });

  test('holds no token', () => {
    expect(JSON.stringify(log)).not.toContain(stage.lab.token);
  });
});
