import type { Alarm } from '../../contract/alarm';
import type { CheckResult } from '../../contract/checks';
import type { ErrorCode } from '../../contract/errors';
import type { SwitchbackRequest } from '../../contract/input';
import {
  describePair,
  type Goal,
  otherSide,
  type Pair,
  type PairObservation,
  type Side,
  type Situation,
} from '../../contract/observation';
import type { Outcome } from '../../contract/outcome';
import type { Phase } from '../../contract/phase';
import { type Move, type MoveRow, moves, type ProcedureRow, procedures } from '../../contract/procedure';
import type { Leg, Plan, TimelineEntry } from '../../contract/report';
import type { Waiting } from '../../contract/status';
import { type Cost, costOf } from '../../rules/cost';
import { mayPromote } from '../../rules/moves';
import { Measurements } from './measurements';
import type { Operators } from './operators';

/** How the run ended; with a code it failed. */
export interface Ending {
  code?: ErrorCode;
  outcome: Outcome;
  headline: string;
  next: string;
}

/** Everything a run knows about itself. Its views are pure functions of this. */
export abstract class RunState {
  pair: Pair | undefined;
  situation: Situation | undefined;
  observed: PairObservation | undefined;
  waiting: Waiting | undefined;
  pointOfNoReturn: string | undefined;
  checks: CheckResult[] = [];
  plan: Plan | undefined;
  /** True once a promotion was sent that may count: only then is there something to finish, or to undo. */
  mayHaveWritten = false;
  measured = new Measurements();
  /** How often the situation has changed. */
  changes = 0;
  /** All that it has been. */
  readonly situationsSeen = new Set<Situation>();
  /** True when the API's reply proves that somebody else's promotion came before this run's. */
  hadNoEffect = false;
  /** True once nobody learnt what became of a write: it may still be on its way for the quiet window. */
  hasUnknownWrite = false;
  /** True once both services were seen in motion. */
  moved = false;
  phase: Phase = 'validate';
  /** One sentence: what is true now. */
  headline = 'The run has started.';
  /** How it ended; absent while it goes on. */
  ending: Ending | undefined;
  readonly timeline: TimelineEntry[] = [];
  readonly requests = { reads: 0, writes: 0 };

  /** The moves that the run has made, oldest first; of a run with one move, none. */
  readonly legs: Leg[] = [];
  /** The move that it is at. */
  moveName: Move;

  constructor(readonly request: SwitchbackRequest) {
    [this.moveName] = procedures[request.procedure].moves;
  }

  abstract readonly operators: Operators;
  abstract get alarms(): readonly Alarm[];

  get procedure(): ProcedureRow {
    return procedures[this.request.procedure];
  }

  /** What the run is about to do, does, or has done last. */
  get move(): MoveRow {
    return moves[this.moveName];
  }

  /** The side that the present move makes active. */
  get target(): Side {
    return this.move.target;
  }

  /** The service that the present move destroys. */
  get destroys(): string | undefined {
    return this.move.write === 'fail' ? this.request.service : undefined;
  }

  /** What the pair is once this side is active: the goal of the present move, or what its undo leads to. */
  goalOf(side: Side): Goal {
    return side === this.target ? this.move.goal : `${side}-active`;
  }

  /** The side that is active before, and that the undo makes active again. */
  get origin(): Side {
    return otherSide(this.target);
  }

  /** For a sentence: what was not done to the pair. */
  get nothingWritten(): string {
    const { service } = this.request;
    const [last] = this.legs.slice(-1);
    return last === undefined
      ? `Nothing was written to ${service}`
      : `After the ${last.move} nothing more was written to ${service}`;
  }

  /** What the moves have cost so far. */
  get cost(): Cost {
    const { moveName: move, pointOfNoReturn, measured } = this;
    return costOf([...this.legs, { move, pointOfNoReturn, probe: measured.probe }]);
  }

  get standingAlarms(): Alarm[] {
    return this.alarms.filter(({ until }) => until === undefined);
  }

  /** True while a promotion is on its way, too: whether that one counts is not known yet. */
  get isPastPointOfNoReturn(): boolean {
    return this.mayHaveWritten || this.pointOfNoReturn !== undefined;
  }

  get hasEnded(): boolean {
    return this.ending !== undefined;
  }

  get isStalled(): boolean {
    return this.standingAlarms.some(({ cause }) => cause === 'stalled');
  }

  /** The pair, for the steps after discovery. */
  get requirePair(): Pair {
    if (this.pair === undefined) throw new Error('the pair is used before it was discovered');
    return this.pair;
  }

  /** The last that was seen of both services, in one line. */
  get seen(): string {
    return this.observed === undefined ? 'nothing was read' : describePair(this.observed);
  }

  /** Whether the table of moves allows the undo for what was seen last. */
  get mayReturn(): boolean {
    const { situation, observed, origin, target } = this;
    return (
      situation !== undefined && observed !== undefined && mayPromote(origin, situation, observed, target)
    );
  }
}
