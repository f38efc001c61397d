import type { FleetCounts, FleetPair, FleetReport, FleetStatus } from '../../src/contract/fleet';
import { countsOf, needsOf } from '../../src/rules/fleet/progress';

/** A fleet as it looks in the middle: so many waves, of which the first half is over. */
export function statusOf(waves: number, size: number, failed: number): FleetStatus {
  const pairs: FleetPair[] = Array.from({ length: waves * size }, (_, n) => {
    const wave = Math.floor(n / size);
    const state = n < failed ? 'failed' : wave < waves / 2 ? 'done' : 'waiting';
    return {
      pair: `my-rather-long-project-name/pg-orders-${n}`,
      wave,
      state,
      ...(state === 'failed'
        ? { outcome: 'blocked', code: 'BLOCKED', note: `Nothing was written ${'x'.repeat(150)}` }
        : {}),
      ...(state === 'done' ? { outcome: 'switched-back', tookMs: 6_000, gapMs: 4_000 + n, lostRows: 0 } : {}),
    };
  });
  const needs = needsOf(pairs, 'switchback');
  return {
    phase: failed > 0 ? 'needs-operator' : 'running',
    headline: `A person is needed: ${failed} pairs failed, and 2 of ${pairs.length} may. No new run is started.`,
    procedure: 'switchback',
    mode: 'execute',
    fingerprint: '0f3a1c9b77d2',
    counts: countsOf(pairs),
    waves: Array.from({ length: waves }, (_, wave) => {
      const counts: FleetCounts = countsOf(pairs.filter((one) => one.wave === wave));
      return {
        name: `a-tag-with-a-long-name=${wave + 1}`,
        counts,
        state: wave < waves / 2 ? 'over' : 'waiting',
      };
    }),
    needs: needs.slice(0, 20),
    needsInAll: needs.length,
    worstGapMs: 5_000,
    lostRows: 0,
    acts: [],
    startedAt: '2026-11-28T01:00:00.000Z',
    pace: { perMinute: 42.5, remainingMs: 95_000 },
    answers: [
      {
        update: 'approve',
        does: 'lets what waits begin',
        payload: {},
        command:
          'switchback fleet approve switchback --fingerprint 0f3a1c9b77d2 --by you@example.com --reason INC-123',
      },
    ],
  };
}

/** A report with these pairs. */
export function reportOf(pairs: FleetPair[], more: Partial<FleetReport> = {}): FleetReport {
  return {
    outcome: 'incomplete',
    code: 'FLEET_INCOMPLETE',
    headline: 'Switchback of 3 pairs: 2 of 3 are done, 1 failed.',
    next: 'Mend what the report names.',
    procedure: 'switchback',
    mode: 'execute',
    fingerprint: '0f3a1c9b77d2',
    counts: countsOf(pairs),
    waves: [{ name: 'canary', counts: countsOf(pairs), state: 'over' }],
    needs: [],
    needsInAll: 0,
    acts: [
      {
        act: 'pause',
        by: '<b>sre</b>',
        reason: 'INC-123',
        at: '2026-11-28T01:01:00.000Z',
        effect: 'no new run',
      },
    ],
    startedAt: '2026-11-28T01:00:00.000Z',
    endedAt: '2026-11-28T01:02:00.000Z',
    pairs,
    workflowId: 'fleet.switchback',
    runId: '01a2060a-abfc-76a1-89ac-96658c563d26',
    ...more,
  };
}
