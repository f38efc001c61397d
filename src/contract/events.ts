import { compact } from '../util/compact';
import type { Alarm } from './alarm';
import type { Answer } from './answers';
import type { ErrorCode } from './errors';
import type { Mode } from './input';
import type { Situation } from './observation';
import type { Outcome } from './outcome';
import type { Phase } from './phase';
import type { Procedure } from './procedure';
import type { SwitchbackReport } from './report';

/**
 * What the outside is told of a run, in the words of a CloudEvents `type`. `switchback.run.lost` is the only one that
 * does not come from the run itself: it was terminated or timed out in Temporal, where no code of it runs any more.
 */
export const eventTypes = [
  'switchback.phase.entered',
  'switchback.alarm.raised',
  'switchback.alarm.cleared',
  'switchback.person.needed',
  'switchback.person.acted',
  'switchback.run.ended',
  'switchback.run.lost',
] as const;

export type EventType = (typeof eventTypes)[number];

/** `critical`: applications are, or may be, without a database. `warning`: a person is wanted. */
export type EventSeverity = 'info' | 'warning' | 'critical';

/** One thing that happened to a run: the same, with the same number, whenever and from whichever worker it is asked. */
export interface RunEvent {
  /** From 1, without a gap: together with the run id it names the event for good. */
  seq: number;
  /** ISO 8601, the workflow's clock. */
  at: string;
  type: EventType;
  severity: EventSeverity;
  phase: Phase;
  /** One sentence: what happened. */
  summary: string;
  /** One sentence: what is true now. */
  headline: string;
  situation?: Situation;
  /** Of `alarm.raised` and `alarm.cleared`. */
  alarm?: Alarm;
  /** Of `person.needed`. */
  need?: PersonNeeded;
  /** Of `person.acted`. */
  act?: { what: string; by: string; reason: string };
  /** Of `run.ended` and `run.lost`. */
  end?: RunEnd;
}

/** Why a run waits for a person, and what that person can say. */
export interface PersonNeeded {
  /** What it waits for, in a few words. */
  for: string;
  /** ISO 8601: when it stops waiting and does something else. */
  until?: string;
  answers: Answer[];
}

/** How a run ended, in short. */
export interface RunEnd extends Pick<SwitchbackReport, 'next' | 'degraded'> {
  outcome: Outcome | 'no-report';
  code?: ErrorCode;
  /** True when the run may have changed the pair. */
  wrote: boolean;
  /** How many alarms stood at the end. */
  standingAlarms: number;
  /** The measured gap in writes, milliseconds. */
  gapMs?: number;
  /** Acknowledged rows that are missing. */
  lostRows?: number;
}

/** Which run the events are about; each names it. */
export interface RunIdentity {
  /** What the run does; absent in a switchback. */
  procedure?: Procedure;
  project: string;
  primary: string;
  /** Absent until the pair was found. */
  recovery?: string;
  /** Absent when Temporal itself said which run that was. */
  mode?: Mode;
  workflowId: string;
  runId: string;
  requestedBy?: string;
  reason?: string;
}

/** The answer of the query `events`. */
export interface RunEvents {
  run: RunIdentity;
  /** Those after the number that was asked for, oldest first. */
  events: RunEvent[];
  /** True once the run has ended and no event will follow. */
  ended: boolean;
}

/** How a run ended, in short, out of its report. */
export function runEndOf({
  outcome,
  next,
  code,
  degraded,
  pointOfNoReturn,
  alarms = [],
  probe,
}: Pick<SwitchbackReport, 'outcome' | 'next'> & Partial<SwitchbackReport>): RunEnd & { outcome: Outcome } {
  return {
    outcome,
    next,
    wrote: pointOfNoReturn !== undefined,
    standingAlarms: alarms.filter(({ until }) => until === undefined).length,
    ...compact({ code, degraded }),
    ...(probe?.gap === undefined ? {} : { gapMs: probe.gap.ms }),
    ...(probe?.missing === undefined ? {} : { lostRows: probe.missing.count }),
  };
}
