import type { FleetAct, FleetPair, FleetPhase, FleetPlan } from '../../contract/fleet';
import type { FleetRequest } from '../../contract/fleet-input';
import { now } from '../../util/now';

/** All that a fleet knows, as it is carried from one workflow execution to the next. */
export interface FleetState {
  /** Of the first execution. ISO 8601. */
  startedAt: string;
  /** Absent until the pairs are resolved. */
  fingerprint?: string;
  /** Names of the waves, in their order. */
  waves: string[];
  /** In the order of the waves. */
  pairs: FleetPair[];
  /** The present wave, counted from 0. */
  wave: number;
  /** Waves that may begin, as far as approvals go. */
  approvedWaves: number;
  /** When the present wave may begin, milliseconds; 0: at once. */
  notBefore: number;
  pausedBy?: FleetAct;
  /** Why no new run is started until a person has spoken. */
  parked?: string;
  abortedBy?: FleetAct;
  /** Pairs whose failure no longer counts. */
  forgiven: string[];
  acts: FleetAct[];
  /** Milliseconds at work, before the present stretch of it. */
  activeMs: number;
}

export function firstState(startedAt: string): FleetState {
  return {
    startedAt,
    waves: [],
    pairs: [],
    wave: 0,
    approvedWaves: 0,
    notBefore: 0,
    forgiven: [],
    acts: [],
    activeMs: 0,
  };
}

/** Temporal takes 2 MB of an argument or a result; each run has its whole report anyway. */
const MOST_NOTES = 1_000;

/** What a person said that still matters to somebody who looks. */
const ACTS_KEPT = 50;

/** What a fleet knows, and the questions about it that more than one part asks. */
export class Fleet {
  /** Runs whose start Temporal has not confirmed yet. */
  starting = 0;
  /** Requests to stop runs that are on their way. */
  stoppingRuns = 0;
  startedHere = 0;
  waitsForApproval = false;
  #running = new Set<FleetPair>();
  #byPair: Map<string, FleetPair>;

  constructor(
    readonly request: FleetRequest,
    readonly workflowId: string,
    readonly state: FleetState,
  ) {
    this.#byPair = new Map(state.pairs.map((one) => [one.pair, one]));
    for (const one of state.pairs) if (one.state === 'running') this.#running.add(one);
  }

  /** As the commands call it. */
  get name(): string {
    return this.workflowId.replace(/^fleet\./, '');
  }

  get running(): ReadonlySet<FleetPair> {
    return this.#running;
  }

  find(pair: string): FleetPair | undefined {
    return this.#byPair.get(pair);
  }

  /** Takes in what was resolved. */
  plan({ waves, fingerprint }: FleetPlan): void {
    this.state.fingerprint = fingerprint;
    this.state.waves = waves.map(({ name }) => name);
    this.state.pairs = waves.flatMap(({ pairs }, wave) =>
      pairs.map((pair) => ({ pair, wave, state: 'waiting' as const })),
    );
    this.#byPair = new Map(this.state.pairs.map((one) => [one.pair, one]));
  }

  get phase(): FleetPhase {
    const { state } = this;
    if (state.fingerprint === undefined) return 'resolve';
    if (state.abortedBy !== undefined) return 'stopping';
    if (state.parked !== undefined) return 'needs-operator';
    if (state.pausedBy !== undefined) return 'paused';
    if (this.waitsForApproval) return 'approval';
    return state.notBefore > Date.now() ? 'between-waves' : 'running';
  }

  /** Whether anything is in the way of a new run. */
  get isHeld(): boolean {
    const { pausedBy, parked, abortedBy } = this.state;
    return pausedBy !== undefined || parked !== undefined || abortedBy !== undefined;
  }

  /** The next pair to start, of this wave or, when it is tried again, of an earlier one. */
  get next(): FleetPair | undefined {
    return this.state.pairs.find((one) => one.wave <= this.state.wave && one.state === 'waiting');
  }

  get canStart(): boolean {
    return !this.isHeld && this.running.size < this.request.concurrency && this.next !== undefined;
  }

  /** Nothing runs, and nothing of the waves so far is to be started. */
  get isWaveOver(): boolean {
    const { abortedBy, parked, pausedBy } = this.state;
    if (this.running.size > 0 || this.stoppingRuns > 0) return false;
    if (abortedBy !== undefined) return true;
    return parked === undefined && pausedBy === undefined && this.next === undefined;
  }

  begin(one: FleetPair): void {
    const { pair, wave } = one;
    for (const field of Object.keys(one)) delete one[field as keyof FleetPair];
    Object.assign(one, { pair, wave, state: 'running', startedAt: Date.now() } satisfies FleetPair);
    this.#running.add(one);
  }

  end(one: FleetPair, result: Partial<FleetPair> & Pick<FleetPair, 'state'>): void {
    for (const field of ['startedAt', 'runId', 'stopping', 'asks'] as const) delete one[field];
    Object.assign(one, result);
    if (
      one.note !== undefined &&
      this.state.pairs.filter(({ note }) => note !== undefined).length > MOST_NOTES
    )
      delete one.note;
    this.#running.delete(one);
  }

  record(act: FleetAct): FleetAct {
    this.state.acts = [...this.state.acts, act].slice(-ACTS_KEPT);
    return act;
  }

  /** Started again with everything else that waits. */
  requeue(pairs: readonly FleetPair[]): void {
    const names = new Set(pairs.map(({ pair }) => pair));
    this.state.forgiven = this.state.forgiven.filter((pair) => !names.has(pair));
    for (const one of pairs) one.state = 'waiting';
  }

  inState(...states: FleetPair['state'][]): FleetPair[] {
    return this.state.pairs.filter(({ state }) => states.includes(state));
  }

  act(act: FleetAct['act'], { by, reason }: { by: string; reason: string }, effect: string): FleetAct {
    return this.record({ act, by, reason, at: now(), effect });
  }
}
