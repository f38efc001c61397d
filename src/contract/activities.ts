import type { CheckResult } from './checks';
import type { Lag, LagLimit, LagSample } from './lag';
import type { NotifyInput, NotifyProgress, UndeliveredNotifications } from './notifications';
import type { Goal, Pair, PairObservation, Side, Situation } from './observation';
import type { LockHolder } from './pair-lock';
import type { SettingsSnapshot } from './parity';
import type { ProbeReport } from './probe';
import type { Move } from './procedure';
import type { EndpointReport, OldSessions, Proof } from './proof';
import type { KeptEvidence, RequestCounts, SwitchbackReport } from './report';
import type { FailInput, PromoteInput, PromoteResult, RebuildInput } from './write';

/** What every activity reports besides its own answer. */
export interface Counted {
  requests: RequestCounts;
}

export interface DiscoverInput {
  project: string;
  service: string;
  recovery: string | undefined;
  /** What the run is about to do. Default: a switchback. */
  move?: Move;
}

/** Either the pair, or the checks that say why there is none. */
export type Discovery = Counted & ({ pair: Pair } | { checks: CheckResult[] });

/**
 * `go`: promote. `settle`: the roles are right already but fresh, so watch until they have settled. `at-rest`: they
 * have been right for long, there is nothing to do. `blocked`: see the checks.
 */
export type PreflightVerdict = 'go' | 'settle' | 'at-rest' | 'blocked';

export interface Preflight extends Counted {
  verdict: PreflightVerdict;
  checks: CheckResult[];
  situation: Situation;
  observed: PairObservation;
  /** What must not move before the write, in words; compare two of them with `driftBetween`. */
  critical: Record<string, string>;
  /** What this worker may ask of the databases themselves; absent when no access is configured. */
  database?: DatabaseBaseline;
  /** Both services' settings before the switch; absent in a run that an older worker began. */
  settings?: SettingsSnapshot;
  /** Of the pair, the critical facts and the checks that stop: what an approval is bound to. */
  fingerprint: string;
}

/** What the databases were before the switch, as far as they could be asked. */
export interface DatabaseBaseline {
  /** The timeline that the active side wrote. */
  timeline?: number;
  lag: Lag;
  /** The pair's configuration wants client sessions on the passive side ended. */
  endsOldSessions?: true;
}

/** What this worker demands of every run, whatever its input says; a run asks once, before anything else. */
export interface WorkerPolicy {
  approvalRequired: boolean;
  /** Whoever asked for the run cannot approve it. */
  fourEyes: boolean;
  /** A run that was told its target only once waits for a person before the write. */
  confirmTarget: boolean;
}

/** The policy, and whether anybody is to be told of the run's events. */
export interface Terms {
  policy: WorkerPolicy;
  notifies: boolean;
}

export interface InspectLockInput {
  lockId: string;
  /** The workflow id of the run that wants the lock. */
  contender: string;
}

export interface LockInspection {
  /** False when the lock is free now, or was leaked and has been ended. */
  held: boolean;
  holder: LockHolder | undefined;
}

export interface PreflightInput {
  pair: Pair;
  /** What the run is about to do. Default: a switchback. */
  move?: Move;
  /** True when the input named both services, which confirms which one is the primary. */
  confirmed: boolean;
  /** How long the run may take: what ends or begins within it concerns the run. Default 30 minutes. */
  budgetMs?: number;
  /** The id of the lock that the run holds on the pair. */
  lock?: string;
  /** A freeze window does not hold this run: it writes nothing, or brings home what it has taken away. */
  passesFreeze?: true;
  /** Of a failover: it is wanted although the API calls the primary healthy. */
  drill?: boolean;
}

export interface WatchInput {
  pair: Pair;
  /** The situation to wait for. */
  goal: Goal;
  /** The situation that the workflow knows of; any other ends the watch. */
  known: Situation;
  /** Whether what the workflow knows allows the undo; a change of that ends the watch too. */
  mayReturn: boolean;
  /** The side that the undo makes active again; `none` where there is no undo. Default: the recovery service. */
  origin?: Side | 'none';
  /**
   * When each service was changed last, as the checks before a write of this run had it: a read that shows the goal and
   * no newer change of the side that was promoted is an old one, and no good read. Absent when nothing was written.
   */
  updatedBefore?: Record<Side, string>;
  /** How long three good reads must span before the goal counts as reached. */
  settleWindowMs: number;
  /** True when the switch was seen in motion, so that a settled read can be believed sooner. */
  moved: boolean;
  /** The time after which a pair that moves and shows no change ends the watch; absent: never. */
  stallWindowMs?: number;
  /** How long the watch keeps a change of situation to itself, so that a flapping pair does not fill the history. */
  holdMs?: number;
  /** The situations that are held back so; absent: all of them. */
  held?: Situation[];
  /** The quiet time after which a pair that stands still in `known` ends the watch; absent: never. */
  quietWindowMs?: number;
}

export interface WatchResult extends Counted {
  /**
   * `reached`: the goal, confirmed. `changed`: not what was known. `quiet`: nothing moved for the quiet window.
   * `stalled`: something moves, and has shown no change for the stall window.
   */
  ended: 'reached' | 'changed' | 'quiet' | 'stalled';
  situation: Situation;
  observed: PairObservation;
}

/** Heartbeat details of whatever waits: what an SRE sees under Pending Activities, and `status` as `live`. */
export interface Progress {
  /** What was seen last, in one line. */
  observed: string;
  at: string;
}

/** Heartbeat details of `watchPair`. */
export interface WatchProgress extends Progress, Counted {
  situation: Situation;
  /** Good reads in a row so far, of the three needed. */
  goodReads: number;
}

export interface VerifyResult extends Counted {
  situation: Situation;
  observed: PairObservation;
  /** Both services' settings after the switch; absent as above. */
  settings?: SettingsSnapshot;
}

/** Activities that wait for something to become true also return to say how it goes, so that the history can tell. */
export interface Reporting {
  /** Returns with what it has after this time, milliseconds. */
  reportAfterMs: number;
}

export interface CatchUpInput extends Reporting {
  pair: Pair;
  /** The side that takes writes now. */
  active: Side;
  limit: LagLimit;
  /** How long the lag must stay within the limit. */
  settleWindowMs: number;
  /** True when the write probe runs, whose first row is then waited for. */
  probing?: boolean;
}

/** Heartbeat details of `catchUp`; the looks are what a trend is made of. */
export interface CatchUpProgress extends Progress {
  looks: LagSample[];
}

export interface CatchUpResult {
  /** True when the lag stayed within the limit for the settle window. */
  within: boolean;
  lag: Lag;
}

export interface ProbeInput {
  pair: Pair;
  /** Marks the rows of this run. */
  runId: string;
}

export interface ProveInput extends Reporting {
  pair: Pair;
  /** The side that is to take writes. */
  active: Side;
  runId: string;
  /** The timeline before the switch; absent when nothing was switched, or when it is not known. */
  timelineBefore?: number;
  /** It was known before that databases cannot be reached from here: that they cannot be now is no news. */
  accessLacking?: boolean;
  /** The other side has failed, so that nothing is asked of it. */
  alone?: boolean;
}

export interface EndpointInput extends Reporting {
  pair: Pair;
  active: Side;
}

export interface EndSessionsInput {
  pair: Pair;
  /** The side whose client sessions are to end. */
  passive: Side;
}

/** The activities that `switchbackWorkflow` calls: each one external effect. */
export interface SwitchbackActivities {
  terms(): Promise<Terms>;
  discover(input: DiscoverInput): Promise<Discovery>;
  preflight(input: PreflightInput): Promise<Preflight>;
  inspectLock(input: InspectLockInput): Promise<LockInspection>;
  promote(input: PromoteInput): Promise<PromoteResult>;
  /** Has the primary fail for good, which destroys it; answers as `promote` does. */
  fail(input: FailInput): Promise<PromoteResult>;
  /** Has the failed primary rebuilt; answers as `promote` does. */
  rebuild(input: RebuildInput): Promise<PromoteResult>;
  watchPair(input: WatchInput): Promise<WatchResult>;
  verify(pair: Pair): Promise<VerifyResult>;
  /** Waits until the passive side has replayed all but a tolerable rest. Heartbeats carry the {@link Lag}. */
  catchUp(input: CatchUpInput): Promise<CatchUpResult>;
  /** Writes numbered rows until it is cancelled, then counts them. Never fails: what went wrong is in the report. */
  probeWrites(input: ProbeInput): Promise<ProbeReport>;
  /** Asks PostgreSQL itself, again and again, until all is proven. */
  prove(input: ProveInput): Promise<Proof>;
  /** Looks where the Service URI leads, again and again, until all agree. */
  watchEndpoint(input: EndpointInput): Promise<EndpointReport>;
  /** Ends the client sessions that stay on the passive side, once. */
  endOldSessions(input: EndSessionsInput): Promise<OldSessions>;
  /** Writes the evidence of the run that ends with this report; `undefined` when the worker keeps none. */
  keepEvidence(report: SwitchbackReport): Promise<KeptEvidence | undefined>;
  /**
   * Tells every sink of every event of a run, in order, from the first one until the run has ended and all is delivered
   * or given up. Heartbeats carry the {@link NotifyProgress}, from which the next worker goes on.
   */
  notify(input: NotifyInput): Promise<NotifyProgress>;
  /** Which sinks of a running notifier have not got what they should have by now. */
  undelivered(notifierId: string): Promise<UndeliveredNotifications[]>;
}
