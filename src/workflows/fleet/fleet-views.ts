import { workflowInfo } from '@temporalio/workflow';
import type { ErrorCode } from '../../contract/errors';
import {
  type FleetAnswer,
  type FleetFacts,
  type FleetOutcome,
  type FleetReport,
  type FleetStatus,
  type FleetWaveStatus,
  fleetPhases,
} from '../../contract/fleet';
import { fleetExamples } from '../../contract/fleet-messages';
import { countsOf, needsOf, paceOf, titleOf, worstFirst } from '../../rules/fleet/progress';
import { compact } from '../../util/compact';
import { now } from '../../util/now';
import type { Fleet } from './fleet-state';

/** How a fleet ended. */
export interface FleetEnding {
  outcome: FleetOutcome;
  code?: ErrorCode;
  headline: string;
  next: string;
}

const NEEDS_SHOWN = 20;
const BY = '--by you@example.com --reason INC-123';

/** The answer of the query `status`. @param activeMs milliseconds at work so far. */
export function statusOf(fleet: Fleet, activeMs: number, ending: FleetEnding | undefined): FleetStatus {
  const { state, request, phase } = fleet;
  const { notBefore } = state;
  const pace = ending === undefined ? paceOf(state.pairs, request.concurrency, activeMs) : undefined;
  const wavesLeft = Math.max(0, state.waves.length - state.wave - 1);
  return {
    phase: ending === undefined ? phase : 'report',
    ...facts(fleet, ending?.headline ?? headlineOf(fleet)),
    ...compact({
      outcome: ending?.outcome,
      next: ending?.next,
      pace: pace && {
        ...pace,
        remainingMs: pace.remainingMs + wavesLeft * request.pauseBetweenWavesMs,
      },
      until: phase === 'between-waves' ? new Date(notBefore).toISOString() : undefined,
    }),
    answers: ending === undefined ? answersOf(fleet) : [],
  };
}

/** The report of a fleet that has ended so. */
export function reportOf(fleet: Fleet, ending: FleetEnding): FleetReport {
  const { workflowId, runId } = workflowInfo();
  return {
    outcome: ending.outcome,
    ...compact({ code: ending.code }),
    ...facts(fleet, ending.headline),
    next: ending.next,
    pairs: worstFirst(fleet.state.pairs).map((one) => ({ ...one })),
    workflowId,
    runId,
    endedAt: now(),
  };
}

function facts({ state, request, name }: Fleet, headline: string): FleetFacts {
  const { pairs } = state;
  const needs = needsOf(pairs, name);
  const gaps = pairs.flatMap(({ gapMs }) => gapMs ?? []);
  const lost = pairs.flatMap(({ lostRows }) => lostRows ?? []);
  return {
    headline,
    procedure: request.procedure,
    mode: request.mode,
    ...compact({ fingerprint: state.fingerprint }),
    counts: countsOf(pairs),
    waves: wavesOf(state),
    needs: needs.slice(0, NEEDS_SHOWN),
    needsInAll: needs.length,
    ...compact({
      worstGapMs: gaps.length > 0 ? gaps.reduce((most, ms) => Math.max(most, ms), 0) : undefined,
      lostRows: lost.length > 0 ? lost.reduce((sum, rows) => sum + rows, 0) : undefined,
    }),
    acts: [...state.acts],
    startedAt: state.startedAt,
    ...compact({
      requestedBy: request.requestedBy || undefined,
      reason: request.reason || undefined,
    }),
  };
}

function wavesOf({ waves, pairs, wave: present }: Fleet['state']): FleetWaveStatus[] {
  const byWave = waves.map((): Fleet['state']['pairs'] => []);
  for (const one of pairs) byWave[one.wave]?.push(one);
  return waves.map((name, index) => {
    const counts = countsOf(byWave[index] ?? []);
    const isOver = counts.waiting + counts.running + counts.stopped === 0;
    const state = isOver ? 'over' : index <= present && counts.waiting < counts.total ? 'running' : 'waiting';
    return { name, counts, state };
  });
}

/** One sentence or two: what is true now. */
export function headlineOf(fleet: Fleet): string {
  const { state, request, phase } = fleet;
  const { pausedBy, parked, abortedBy, waves, wave } = state;
  const counts = countsOf(state.pairs);
  const title = titleOf(request.procedure, counts.total);
  const going = `${counts.running} under way`;
  const sum = `${counts.done} of ${counts.total} done, ${going}${counts.failed > 0 ? `, ${counts.failed} failed` : ''}`;
  switch (phase) {
    case 'resolve':
      return 'Looking for the pairs.';
    case 'approval':
      return `A person is needed: ${request.approval === 'per-wave' ? `${waves[wave]} of ${waves.length} waves` : `the plan ${state.fingerprint}`} waits for an approval. ${title}; ${sum}.`;
    case 'between-waves':
      return `${waves[wave]} of ${waves.length} begins at ${new Date(state.notBefore).toISOString()}. ${sum}.`;
    case 'paused':
      return `${pausedBy?.by} paused the fleet (${pausedBy?.reason}): no new run is started. ${sum}.`;
    case 'needs-operator':
      return `A person is needed: ${parked}. No new run is started. ${sum}.`;
    case 'stopping':
      return `${abortedBy?.by} aborted the fleet (${abortedBy?.reason}): no new run is started. ${sum}.`;
    default:
      return `${title}, ${waves[wave]} of ${waves.length}: ${sum}.`;
  }
}

const DOES: Record<FleetAnswer['update'], string> = {
  approve: 'lets what waits begin, for the plan with this fingerprint',
  resume: 'goes on; the failures so far no longer count',
  retry: 'starts what failed or was stopped again, and goes on',
  skip: 'leaves pairs out',
  pause: 'starts no new run; those under way go on',
  abort: 'ends the fleet: runs that have written nothing are stopped, the others finish',
};

/** What a person can tell the fleet now, the likeliest first. */
function answersOf({ phase, state, name }: Fleet): FleetAnswer[] {
  const payload = (update: FleetAnswer['update']): Record<string, unknown> => {
    const example = JSON.parse(fleetExamples[update]) as Record<string, unknown>;
    if (update === 'approve') return { ...example, fingerprint: state.fingerprint };
    return update === 'skip' ? { ...example, pairs: failed.slice(0, 3) } : example;
  };
  const failed = state.pairs.filter((one) => one.state === 'failed').map(({ pair }) => pair);
  const isLost = failed.length > 0 || state.pairs.some((one) => one.state === 'stopped');
  const updates: FleetAnswer['update'][] = [
    ...(phase === 'approval' ? (['approve'] as const) : []),
    ...(isLost && phase !== 'stopping' ? (['retry'] as const) : []),
    ...(fleetPhases[phase].asks && phase !== 'approval' ? (['resume'] as const) : []),
    ...(failed.length > 0 && phase !== 'stopping' ? (['skip'] as const) : []),
    ...(phase === 'running' || phase === 'between-waves' ? (['pause'] as const) : []),
    ...(phase === 'stopping' || phase === 'resolve' ? [] : (['abort'] as const)),
  ];
  const more: Partial<Record<FleetAnswer['update'], string>> = {
    approve: ` --fingerprint ${state.fingerprint}`,
    skip: ` --pair ${failed[0]}`,
  };
  return updates.map((update) => ({
    update,
    does: DOES[update],
    payload: payload(update),
    command: `switchback fleet ${update} ${name}${more[update] ?? ''} ${BY}`,
  }));
}
