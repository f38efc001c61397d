import { formatDuration } from './duration';
import type { Mode, SwitchbackInput } from './input';
import type { Procedure } from './procedure';
import type { DrillInput, FailbackInput, SwitchoverInput } from './procedure-input';

/** What a fleet can be asked to do. A failover destroys, and is for one pair and one person at a time. */
export const fleetProcedures = [
  'switchback',
  'switchover',
  'failback',
  'drill',
] as const satisfies readonly Procedure[];

export type FleetProcedure = (typeof fleetProcedures)[number];

/** Which pairs of a project, by their primary services; every field that is given must fit. */
export interface FleetSelector {
  /** Aiven project. */
  project: string;
  /** Cloud or region of the primary service: `google-europe-west1`, or a pattern such as `google-*`. */
  cloud?: string;
  /** Tags of the primary service, each with its value. */
  tags?: Record<string, string>;
  /** Pattern of the primary service's name; `*` stands for any characters: `pg-orders-*`. */
  name?: string;
}

/** How pairs are put into waves. Without any of it there is one wave. */
export interface FleetWaves {
  /** A first wave of so many pairs. Default 0: none. */
  canary?: number;
  /** Sizes of the waves after it; the last one goes for all that follow: `[1, 5, 25]` is a ramp. Default: all at once. */
  sizes?: number[];
  /** A tag of the primary service: its values, in natural order, one after the other. Pairs without it come last. */
  byTag?: string;
}

/** How many pairs may fail before no new one is started: a count, or a share such as `"5%"`. */
export interface FleetBudget {
  /** Of one wave. Default: as `total`. */
  wave?: number | string;
  /** Of the whole fleet. Default 0: the first failure parks the fleet. */
  total?: number | string;
}

/** What one run takes beside the names of its pair, and what the fleet says for all of them. */
export type FleetRunOptions = Omit<
  SwitchbackInput & SwitchoverInput & FailbackInput & DrillInput,
  'project' | 'service' | 'recovery' | 'confirm' | 'mode' | 'requestedBy' | 'reason' | 'onTimeout'
> & { onTimeout?: 'return-to-recovery' | 'return-to-primary' | 'undo' | 'hold' };

/** The one JSON object that starts `fleetWorkflow`. `{"pairs":["my-project/pg-1","my-project/pg-2"]}` is enough. */
export interface FleetInput {
  /** What every run does. Default `switchback`. */
  procedure?: FleetProcedure;
  /** The pairs, each as `PROJECT/PRIMARY`. A list of lists is the waves themselves. */
  pairs?: string[] | string[][];
  /** In place of `pairs`: resolved once, at the start. */
  select?: FleetSelector;
  /** Default: one wave. */
  waves?: FleetWaves;
  /** Runs at the same time. Default 10. */
  concurrency?: number;
  /** Default: the first failure parks the fleet. */
  budget?: FleetBudget;
  /** How long to wait between two waves. Default `"0s"`. */
  pauseBetweenWaves?: string;
  /** Whether a person approves the fleet: the whole plan `once`, or every wave. Default `none`. */
  approval?: 'none' | 'once' | 'per-wave';
  /** Of the plan that was read: when the pairs or the waves are others by now, nothing is started. */
  fingerprint?: string;
  /** `plan` has every pair checked and writes nothing; `rehearse` goes to the end without the writes. Default `execute`. */
  mode?: Mode;
  /** What is passed through to every run, as `{"settleWindow":"10s"}`. */
  run?: FleetRunOptions;
  /** Runs that one workflow execution starts before it continues as new. Default 300. */
  startsPerExecution?: number;
  /** Who asked, for the record. */
  requestedBy?: string;
  /** Why, for the record. */
  reason?: string;
}

/** A count, or a share of the pairs in percent. */
export type FailureLimit = { count: number } | { percent: number };

/** The input with every default filled in. */
export interface FleetRequest {
  procedure: FleetProcedure;
  mode: Mode;
  /** The waves as they were given, or one list; `undefined` with a selector. */
  pairs: string[][] | undefined;
  select: FleetSelector | undefined;
  waves: { canary: number; sizes: number[]; byTag: string | undefined };
  concurrency: number;
  budget: { wave: FailureLimit | undefined; total: FailureLimit };
  pauseBetweenWavesMs: number;
  approval: 'none' | 'once' | 'per-wave';
  fingerprint: string | undefined;
  run: Record<string, unknown>;
  startsPerExecution: number;
  requestedBy: string;
  reason: string;
}

export type ParsedFleetInput = { ok: true; request: FleetRequest } | { ok: false; faults: string[] };

/** The smallest input that works; shown with every complaint about an input. */
export const EXAMPLE_FLEET = '{"pairs":["my-project/pg-1","my-project/pg-2"]}';
/** What a workflow's argument and result have room for, several times over what the issue of a region needs. */
export const MOST_PAIRS = 10_000;

/** For the record of who asks for what, as a person reads it. */
export function describeRequest(request: FleetRequest): string {
  const { procedure, mode, concurrency, pauseBetweenWavesMs } = request;
  const limit = (one: FailureLimit) => ('count' in one ? `${one.count}` : `${one.percent} %`);
  return [
    `${procedure}${mode === 'execute' ? '' : `, ${mode} only`}`,
    `${concurrency} at a time`,
    `at most ${limit(request.budget.total)} failed`,
    ...(pauseBetweenWavesMs > 0 ? [`${formatDuration(pauseBetweenWavesMs)} between waves`] : []),
  ].join(' · ');
}
