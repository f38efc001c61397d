import type { ErrorCode } from './errors';
import type { FleetProcedure } from './fleet-input';
import type { Mode } from './input';
import { type Outcome, outcomes } from './outcome';
import type { SwitchbackReport } from './report';

/** The workflow type of a fleet. */
export const FLEET_WORKFLOW_TYPE = 'fleetWorkflow';

/** The workflow id of a fleet; a plan may stand beside it. */
export function fleetIdOf(name: string, mode: Mode = 'execute'): string {
  return `fleet.${name}${mode === 'plan' ? '.plan' : ''}`;
}

/**
 * Where one pair of a fleet stands. `stopped`: the fleet had its run stop before the point of no return, so that nothing
 * was written; it is started again when the fleet goes on.
 */
export type PairState = 'waiting' | 'running' | 'done' | 'failed' | 'stopped' | 'skipped';

export const pairStates = ['waiting', 'running', 'done', 'failed', 'stopped', 'skipped'] as const;

/** What a run of a pair came to, in few bytes: a fleet keeps thousands of them. */
export interface PairResult {
  outcome?: Outcome;
  code?: ErrorCode;
  /** Milliseconds from its start to its end. */
  tookMs?: number;
  /** The longest time between two acknowledged writes, milliseconds: the measured RTO. */
  gapMs?: number;
  /** Acknowledged rows that were lost: the measured RPO. */
  lostRows?: number;
  /** What is true, of a run that did not end well. */
  note?: string;
}

/** One pair of a fleet. */
export interface FleetPair extends PairResult {
  /** `PROJECT/PRIMARY`. */
  pair: string;
  /** Counted from 0. */
  wave: number;
  state: PairState;
  /** Its run was going on already; the fleet waits for its end. */
  joined?: true;
  /** The phase in which its run waits for a person, or the cause of an alarm that stands. */
  asks?: string;
  /** When the fleet started it, milliseconds since 1970; only while it runs, as the next two. */
  startedAt?: number;
  runId?: string;
  /** The fleet has asked its run to stop before the point of no return. */
  stopping?: true;
}

/** One wave, as it was planned. */
export interface FleetWave {
  /** `canary`, `wave 2`, or the tag and its value. */
  name: string;
  pairs: string[];
}

/** What is resolved once, and fixed by its fingerprint. */
export interface FleetPlan {
  waves: FleetWave[];
  /** Of the procedure, the mode, the options of the runs, and the pairs in their waves. */
  fingerprint: string;
}

/** Where a fleet can be, in its order. */
export const fleetPhases = {
  resolve: { asks: false },
  approval: { asks: true },
  running: { asks: false },
  'between-waves': { asks: false },
  paused: { asks: true },
  'needs-operator': { asks: true },
  stopping: { asks: false },
  report: { asks: false },
} as const satisfies Record<string, { asks: boolean }>;

export type FleetPhase = keyof typeof fleetPhases;

/** How a fleet can end. */
export const fleetOutcomes = {
  completed: { label: 'All pairs are where they should be', tone: 'good', completes: true },
  planned: { label: 'Planned only', tone: 'quiet', completes: true },
  rehearsed: { label: 'Rehearsed only', tone: 'quiet', completes: true },
  incomplete: { label: 'Not all pairs are where they should be', tone: 'bad', completes: false },
  aborted: { label: 'Stopped by a person', tone: 'warn', completes: false },
  'invalid-input': { label: 'Input not valid', tone: 'bad', completes: false },
  unreadable: { label: 'The pairs could not be read', tone: 'bad', completes: false },
} as const;

export type FleetOutcome = keyof typeof fleetOutcomes;

export type FleetCounts = Record<PairState, number> & { total: number };

/** One wave, as it stands. */
export interface FleetWaveStatus {
  name: string;
  counts: FleetCounts;
  state: 'waiting' | 'running' | 'over';
}

/** A pair that needs a person. */
export interface FleetNeed {
  pair: string;
  /** `urgent`: something was written and is not over, or nobody knows. `asks`: its run waits. `failed`: nothing was written, or it was undone. */
  urgency: 'urgent' | 'asks' | 'failed';
  why: string;
  /** What to type next. */
  command: string;
}

/** How fast it goes, by what has ended so far. */
export interface FleetPace {
  /** Pairs that ended per minute while the fleet was at work. */
  perMinute: number;
  /** Milliseconds until the last pair has ended, when it goes on like this; without pauses that people make. */
  remainingMs: number;
}

/** What a person told a fleet. */
export interface FleetAct {
  act: 'approve' | 'pause' | 'resume' | 'retry' | 'skip' | 'abort';
  by: string;
  reason: string;
  /** ISO 8601. */
  at: string;
  /** What came of it, in a few words. */
  effect: string;
}

/** Something that a person can tell a fleet now, ready to be sent. */
export interface FleetAnswer {
  update: FleetAct['act'];
  does: string;
  payload: Record<string, unknown>;
  command: string;
}

/** What status and report share. */
export interface FleetFacts {
  headline: string;
  procedure: FleetProcedure;
  mode: Mode;
  /** Of the plan; absent until it is resolved. */
  fingerprint?: string;
  counts: FleetCounts;
  waves: FleetWaveStatus[];
  /** Those first that need a person first; at most 20, and `needsInAll` says of how many. */
  needs: FleetNeed[];
  needsInAll: number;
  /** The longest measured write gap of all pairs, milliseconds. */
  worstGapMs?: number;
  /** Acknowledged rows that were lost, of all pairs together. */
  lostRows?: number;
  /** What people told it; the newest 50. */
  acts: FleetAct[];
  startedAt: string;
  requestedBy?: string;
  reason?: string;
}

/** The answer of the query `status`. It does not grow with the number of pairs, but for the number of waves. */
export interface FleetStatus extends FleetFacts {
  phase: FleetPhase;
  /** Set when the fleet has ended. */
  outcome?: FleetOutcome;
  next?: string;
  /** Absent until the first pair has ended, and when none is left. */
  pace?: FleetPace;
  /** When the present wait ends by itself, ISO 8601. */
  until?: string;
  answers: FleetAnswer[];
}

/** The result of a fleet, or the first detail of its failure. */
export interface FleetReport extends FleetFacts {
  outcome: FleetOutcome;
  code?: ErrorCode;
  next: string;
  /** All of them, the worst first. */
  pairs: FleetPair[];
  workflowId: string;
  runId: string;
  endedAt: string;
}

const NOTE_LIMIT = 200;

/** A run's report in few bytes. */
export function pairResultOf(report: Partial<SwitchbackReport>): PairResult {
  const { outcome, code, startedAt, endedAt, headline, legs = [] } = report;
  const probes = [...legs.map((leg) => leg.probe), report.probe].flatMap((probe) => probe ?? []);
  const gaps = probes.flatMap(({ gap }) => gap?.ms ?? []);
  const lost = probes.flatMap(({ missing }) => missing?.count ?? []);
  const isGood = outcome !== undefined && outcomes[outcome].completes && outcome !== 'accepted';
  return {
    ...(outcome === undefined ? {} : { outcome }),
    ...(code === undefined ? {} : { code }),
    ...(startedAt && endedAt ? { tookMs: Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) } : {}),
    ...(gaps.length > 0 ? { gapMs: Math.max(...gaps) } : {}),
    ...(lost.length > 0 ? { lostRows: lost.reduce((sum, count) => sum + count, 0) } : {}),
    ...(isGood || headline === undefined ? {} : { note: headline.slice(0, NOTE_LIMIT) }),
  };
}

/** What an alarm of a fleet is called in Temporal's list. */
export const FLEET_ALARM = 'failure-budget';
