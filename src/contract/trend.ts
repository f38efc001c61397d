import type { Outcome } from './outcome';
import type { Procedure } from './procedure';

/** How a run ends that has practised: with or without a write. */
export const PRACTISED: readonly Outcome[] = ['rehearsed', 'drilled'];

/** An ended run, as far as it says how well a pair is prepared. */
export interface TrendRun {
  workflowId: string;
  runId: string;
  procedure?: Procedure;
  /** Absent when it left no report. */
  outcome?: string;
  /** ISO 8601. */
  startedAt: string;
  /** ISO 8601. */
  closedAt: string;
  /** The longest time without an acknowledged write of its moves, seconds; absent when it was not measured. */
  gapSeconds?: number;
  /** Acknowledged rows that its moves lost; absent when they were not counted. */
  lostRows?: number;
}

/** What a pair is to be capable of. */
export interface Targets {
  /** The longest gap of a run that counts as good, milliseconds: the RTO. */
  rtoMs?: number;
  /** How many acknowledged rows a run may lose: the RPO. */
  rpoRows?: number;
  /** How old the last rehearsal or drill that ended well may be, milliseconds. */
  rehearsedWithinMs: number;
}

/** Whether a target is met now. */
export interface TargetVerdict {
  target: 'rto' | 'rpo' | 'rehearsed-within';
  met: boolean;
  /** The number itself, in a few words: `38 s`, `never`. */
  value: string;
  wanted: string;
  observed: string;
  /** What to do; absent when it is met. */
  remedy?: string;
}

/** How a pair is prepared: what `drills --json` prints, and its page shows. */
export interface Trend {
  project: string;
  service: string;
  /** The time of the judgement, ISO 8601. */
  at: string;
  targets: TargetVerdict[];
  /** The newest first. */
  runs: TrendRun[];
}

/** Whether a run has practised, and ended well. */
export function isPractised({ outcome }: Pick<TrendRun, 'outcome'>): boolean {
  return (PRACTISED as readonly string[]).includes(outcome ?? '');
}
