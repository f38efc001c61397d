import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import type { ProbeReport } from '../../src/contract/probe';
import type { SwitchbackReport } from '../../src/contract/report';
import { buildBundle, type EvidenceBundle, type History } from '../../src/evidence';
import { sealed } from '../../src/evidence/bundle';
import { type Json, toJson } from '../../src/evidence/canonical';

const HISTORIES = join(__dirname, '..', 'histories');

/** The recorded runs of the real workflow; a fleet keeps no evidence of its own. */
export const RECORDED = readdirSync(HISTORIES)
  .filter((file) => file.endsWith('.json') && file !== 'fleet.json')
  .map((file) => file.replace('.json', ''));

export function recorded(name: string): History {
  return historyFromJSON(JSON.parse(readFileSync(join(HISTORIES, `${name}.json`), 'utf8')));
}

export const RUN = {
  workflowId: 'switchback.demo.pg-orders',
  runId: '01a2060a-abfc-76a1-89ac-96658c563d26',
};

export function bundleOf(name: string): EvidenceBundle {
  return buildBundle(recorded(name), RUN);
}

/** A bundle of a few hundred bytes, so that every one of them can be changed in turn. */
export function smallBundle(): EvidenceBundle {
  const run = {
    ...RUN,
    startedAt: '2026-11-23T01:34:52.413Z',
    seenUntil: '2026-11-23T01:34:53.000Z',
    status: 'running',
  };
  const facts = [
    {
      at: run.startedAt,
      kind: 'input',
      title: 'asked',
      data: { input: { service: 'pg-é' }, n: 1.5, no: null },
    },
    { at: run.seenUntil, kind: 'signal', title: 'nudge', data: {} },
  ];
  return sealed({ format: 'switchback-evidence/1', run, input: { service: 'pg-é' } }, facts);
}

/** The bundle of a recorded run with another report. */
export function withReport(
  name: string,
  change: (report: SwitchbackReport) => SwitchbackReport,
): EvidenceBundle {
  const { entries, chain: _, ...fields } = bundleOf(name);
  if (fields.report === undefined) throw new Error(`the recording ${name} has no report`);
  const report = change(structuredClone(fields.report));
  return sealed(
    { ...(toJson(fields) as Record<string, Json>), report: toJson(report) },
    toJson(entries.slice(0, -1)) as Json[],
  );
}

export const after = (iso: string, ms: number) => new Date(Date.parse(iso) + ms).toISOString();

/** Writes at 10 a second, that fail from 1.2 s after the promotion for `gapMs`. */
export function probeAround(
  promotion: string,
  { gapMs = 6_400, beforeMs = 14_000, afterMs = 32_000, lost = 3 } = {},
): ProbeReport {
  const bucketMs = 500;
  const from = after(promotion, -beforeMs);
  const buckets = (beforeMs + afterMs) / bucketMs;
  const gapFrom = beforeMs + 1_200;
  const isIn = (index: number) => index * bucketMs >= gapFrom && (index + 1) * bucketMs <= gapFrom + gapMs;
  const wave = (index: number) => (index * 7_919) % 13;
  const series = {
    from,
    bucketMs,
    acknowledged: Array.from({ length: buckets }, (_, i) => (isIn(i) ? 0 : 5)),
    failed: Array.from({ length: buckets }, (_, i) => (isIn(i) ? 3 + (wave(i) % 3) : 0)),
    slowestMs: Array.from({ length: buckets }, (_, i) =>
      isIn(i) ? null : wave(i) / 2 + (i * bucketMs < gapFrom ? 9 : 4),
    ),
  };
  const acknowledged = series.acknowledged.reduce<number>((a, b) => a + b, 0);
  return {
    startedAt: from,
    endedAt: after(from, buckets * bucketMs),
    rate: 10,
    acknowledged,
    gap: {
      lastBefore: { row: 152, at: after(from, gapFrom) },
      firstAfter: { row: 216, at: after(from, gapFrom + gapMs) },
      ms: gapMs,
    },
    missing: lost === 0 ? { count: 0, ranges: [] } : { count: lost, ranges: [[150, 149 + lost]] },
    unexpected: { count: 1, ranges: [[170, 170]] },
    errors: { '25006': 21, '57P01': 2, ECONNREFUSED: 18, timeout: 4 },
    latency: {
      before: { p50: 9.1, p99: 14.8, count: 152 },
      after: { p50: 4.2, p99: 9.6, count: acknowledged - 152 },
    },
    series,
  };
}

/** A switchback with everything measured: a gap, lost rows, a proof, a resolver that lags behind. */
export function measuredRun(): EvidenceBundle {
  return withReport('approved', (report) => {
    const promotion = report.pointOfNoReturn ?? report.startedAt;
    const at = report.endedAt;
    return {
      ...report,
      reason: 'INC-2026-1123: eu-west is back, return before the morning load',
      degraded: 'endpoint',
      notProven: ['Not proven: a second write is seen on the passive side (the session was cut).'],
      alarms: [
        {
          cause: 'moving',
          message: 'pg-orders shows no change for 10 min',
          since: promotion,
          until: after(promotion, 4_000),
        },
      ],
      probe: probeAround(promotion),
      proof: {
        verdict: 'unproven',
        at,
        steps: [
          {
            id: 'write-through-service-uri',
            title: 'a row written through the Service URI is acknowledged',
            verdict: 'pass',
            observed: 'row 481, 4.2 ms',
            at,
          },
          {
            id: 'active-is-writable',
            title: `${report.primary} takes writes`,
            verdict: 'pass',
            observed: 'pg_is_in_recovery() = false',
            at,
          },
          {
            id: 'passive-is-standby',
            title: `${report.recovery} is a standby`,
            verdict: 'pass',
            observed: 'pg_is_in_recovery() = true',
            at,
          },
          { id: 'timeline-advanced', title: 'the timeline advanced', verdict: 'pass', observed: '4 → 5', at },
          {
            id: 'arrived-on-passive',
            title: `the row arrived on ${report.recovery}`,
            verdict: 'pass',
            observed: 'after 310 ms',
            at,
          },
          {
            id: 'second-write',
            title: 'a second write is seen on the passive side',
            verdict: 'unknown',
            observed: 'the session was cut',
            at,
          },
        ],
      },
      endpoint: {
        name: 'pg-orders-demo.a.aivencloud.com',
        agreed: false,
        at,
        sessionsOnOldSide: 4,
        resolvers: [
          {
            resolver: 'system',
            addresses: [
              {
                address: '203.0.113.7',
                lands: 'primary',
                writable: true,
                observed: 'lands on the primary, writable',
              },
            ],
          },
          {
            resolver: '10.0.0.2',
            addresses: [
              {
                address: '198.51.100.4',
                lands: 'recovery',
                writable: false,
                observed: 'lands on the recovery side, read-only',
              },
            ],
          },
          { resolver: '1.1.1.1', addresses: [], problem: 'no answer within 2 s' },
        ],
      },
      parity: {
        differences: [
          {
            field: 'plan',
            primary: 'business-8',
            recovery: 'business-16',
            remedy: 'Give the primary the same plan before the next switch.',
          },
          { field: 'user_config.pg.work_mem', primary: '4', recovery: '16', remedy: 'Set both alike.' },
        ],
        changes: [
          {
            service: report.primary,
            field: 'user_config.backup_hour',
            before: '2',
            after: '3',
            remedy: 'Find out who changed it.',
          },
        ],
      },
    };
  });
}
