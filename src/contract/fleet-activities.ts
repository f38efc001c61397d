import type { Counted } from './activities';
import type { FleetPlan, PairResult } from './fleet';
import type { FleetRequest } from './fleet-input';
import type { NamedReason } from './messages';

/** Either the plan, or all that is wrong with what was asked for. */
export type ResolvedFleet = Counted & ({ plan: FleetPlan } | { faults: string[] });

export interface JoinInput {
  workflowId: string;
  /** Default: the newest run of that id. */
  runId?: string;
}

export interface StopRunsInput extends NamedReason {
  workflowIds: string[];
}

/** What came of asking runs to stop. */
export interface StoppedRuns {
  /** Before their point of no return: they end without a write. */
  stopped: string[];
  /** Past it, or over already, or not to be reached: they finish by themselves. */
  goOn: string[];
}

/** Which runs wait for a person or have an alarm, by their workflow ids: the phase or the cause. */
export type Asking = Record<string, string>;

export interface LookInput {
  workflowType: string;
  /** What is known already; anything else ends the look. */
  known: Asking;
}

/** The activities that `fleetWorkflow` calls. */
export interface FleetActivities {
  /** Reads the services of each project once, and says which pairs are meant, in which waves. */
  resolveFleet(request: FleetRequest): Promise<ResolvedFleet>;
  /** Waits for the end of a run that somebody else has started, or the fleet before it continued as new. */
  joinRun(input: JoinInput): Promise<PairResult>;
  /** Asks runs to stop as long as nothing was written. */
  stopRuns(input: StopRunsInput): Promise<StoppedRuns>;
  /** Waits until other runs need a person than those that are known. */
  lookAtRuns(input: LookInput): Promise<Asking>;
}
