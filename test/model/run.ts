import { otherSide, type PairObservation, type Side } from '../../src/contract/observation';
import { type Move, moves } from '../../src/contract/procedure';
import * as rules from '../../src/rules/moves';
import { situationOf } from '../../src/rules/situation';
import { pairOf } from '../rules/observations';
import { applied, type ModelWrite, observe, type World, worldSteps } from './world';

/** The rules that the engine asks; a test may put a broken one in the place of one. */
export type Rules = Pick<
  typeof rules,
  | 'mayPromote'
  | 'mayFail'
  | 'mayRebuild'
  | 'isPromoted'
  | 'hasFailed'
  | 'isRebuilt'
  | 'isOnItsWay'
  | 'compensationFor'
> & {
  /** A write whose outcome is unknown is sent once more only after the pair stood still. */
  waitsForQuiet: boolean;
};

export const RULES: Rules = { ...rules, waitsForQuiet: true };

/** Where a run is, as far as its next step depends on it. */
export interface ModelRun {
  moves: readonly Move[];
  at: 'check' | 'look' | 'send' | 'sent' | 'unknown' | 'converge' | 'ask' | 'ended';
  /** It goes back. */
  undoing: boolean;
  /** Something has changed since the checks, or since the write was sent. */
  changed: boolean;
  unknowns: number;
  /** A write of this move may count. */
  wrote: boolean;
  /** Writes of this move that had an effect: forward, and back by the policy. */
  effective: number;
  undone: number;
  policyActed: boolean;
  end?: string;
}

export interface State {
  world: World;
  run: ModelRun;
}

export interface Step {
  what: string;
  next: State;
  /** What was promised and is broken by this step. */
  broken?: string;
}

export function begin(procedure: readonly Move[], world: World): State {
  return { world, run: fresh(procedure) };
}

function fresh(rest: readonly Move[]): ModelRun {
  return {
    moves: rest,
    at: rest.length === 0 ? 'ended' : 'check',
    undoing: false,
    changed: false,
    unknowns: 0,
    wrote: false,
    effective: 0,
    undone: 0,
    policyActed: false,
    ...(rest.length === 0 ? { end: 'done' } : {}),
  };
}

/** Every step that the world or the run can take next. */
export function stepsOf(state: State, by: Rules): Step[] {
  const ofWorld = worldSteps(state.world).map(({ what, next, arrived }): Step => {
    const isNews = next.primary !== state.world.primary || next.recovery !== state.world.recovery;
    const run = { ...state.run, changed: state.run.changed || isNews };
    return { what, ...counted({ world: next, run }, arrived) };
  });
  return [...ofWorld, ...runSteps(state, by)];
}

function counted(state: State, arrived: ModelWrite | undefined): Pick<Step, 'next' | 'broken'> {
  if (arrived === undefined || state.run.at === 'ended') return { next: state };
  const { run, world } = state;
  const next = {
    world,
    run: arrived.isUndo ? { ...run, undone: run.undone + 1 } : { ...run, effective: run.effective + 1 },
  };
  const isDouble = next.run.effective > 1;
  if (arrived.kind === 'fail' && run.moves[0] !== 'failover')
    return { next, broken: 'a failure by another procedure' };
  const isTwofold = world.primary.role === 'active' && world.recovery.role === 'active';
  if (isDouble) return { next, broken: 'two effective writes of one move' };
  return isTwofold ? { next, broken: 'two active services by our hand' } : { next };
}

function runSteps({ world, run }: State, by: Rules): Step[] {
  const [move] = run.moves;
  if (move === undefined || run.at === 'ended') return [];
  const row = moves[move];
  const { target } = row;
  const goal: Side = run.undoing ? otherSide(target) : target;
  const observed = observe(world);
  const situation = situationOf(observed);
  const to = (what: string, change: Partial<ModelRun>, inFlight?: ModelWrite): Step => ({
    what,
    next: {
      world: inFlight === undefined ? world : { ...world, inFlight },
      run: { ...run, ...change },
    },
  });
  const write: ModelWrite =
    row.write === 'promote'
      ? { kind: 'promote', side: goal, isUndo: run.undoing }
      : { kind: row.write, side: 'primary', isUndo: false };
  const isDone = {
    promote: by.isPromoted(goal, observed),
    fail: by.hasFailed(observed),
    rebuild: by.isRebuilt(observed),
  }[row.write];
  const mayWrite = (seen: PairObservation) =>
    ({
      promote: by.mayPromote(goal, situationOf(seen), seen, target),
      fail: by.mayFail(seen, false),
      rebuild: by.mayRebuild(situationOf(seen), seen),
    })[row.write];
  const isAllowed = mayWrite(observed);
  const isReached = situation === (run.undoing ? `${goal}-active` : row.goal);
  const onward = (): Step[] => {
    if (run.undoing) return [to('it is back', { at: 'ended', end: 'returned' })];
    // Between two moves, too, what may be on its way has the quiet window.
    const waits = run.moves.length > 1 && world.inFlight !== undefined && by.waitsForQuiet;
    return waits ? [] : [{ what: 'the move is over', next: { world, run: fresh(run.moves.slice(1)) } }];
  };
  // A failover does without the primary's word, and no write without that of the other one.
  const mayWriteUnread = mayWrite(pairOf(row.write === 'fail' ? world.primary : 'unread', 'unread'));

  switch (run.at) {
    case 'check': {
      if (isReached) return onward();
      const isMoving = row.write === 'promote' ? by.isOnItsWay(target, observed) : isDone;
      if (isMoving) return [to('it is on its way', { at: 'converge' })];
      return isAllowed
        ? [to('the checks pass', { at: 'look', changed: false })]
        : [to('the checks stand against it', { at: 'ended', end: 'blocked' })];
    }
    case 'look': {
      const steps: Step[] = [];
      if (mayWriteUnread)
        steps.push({ ...to('it writes unread', {}), broken: 'a write while a side is unread' });
      if (isDone) steps.push(to('no write needed', { at: 'converge' }));
      else if (isAllowed && (run.undoing || run.unknowns > 0 || !run.changed)) steps.push(looked());
      else steps.push(to('not allowed', run.wrote ? { at: 'ask' } : { at: 'ended', end: 'drifted' }));
      return steps;
    }
    case 'send':
      return [
        to('the worker dies before it sends', { at: 'look' }),
        to('the worker dies as it is about to send', {
          at: 'unknown',
          wrote: true,
          unknowns: run.unknowns + 1,
        }),
        to('the write leaves', { at: 'sent', changed: false }, write),
      ];
    case 'sent': {
      const { inFlight, ...rest } = world;
      // It may have arrived, or been lost, before the reply.
      const next = inFlight === undefined ? world : applied(rest, inFlight);
      const arrived = inFlight !== undefined && next !== rest ? inFlight : undefined;
      const answered = counted({ world: next, run: { ...run, at: 'converge', wrote: true } }, arrived);
      const refused =
        run.undoing || run.wrote ? { at: 'ask' as const } : { at: 'ended' as const, end: 'refused' };
      return [
        { what: 'the API accepts it', ...answered },
        { what: 'the API refuses it', next: { world: rest, run: { ...run, ...refused } } },
        to('the reply is lost', { at: 'unknown', wrote: true, unknowns: run.unknowns + 1 }),
      ];
    }
    case 'unknown': {
      const stands = world.inFlight === undefined && !run.changed;
      const steps = [to('the deadline passes', { at: 'ask' })];
      if (run.changed) steps.push(to('it moves', { at: 'converge' }));
      if ((stands || !by.waitsForQuiet) && run.unknowns < 2) steps.push(to('it stood still', { at: 'look' }));
      return steps;
    }
    case 'converge':
      return isReached ? onward() : [to('the deadline passes', { at: 'ask' })];
    case 'ask':
      return asked();
  }

  function looked(): Step {
    const { primary, recovery } = world;
    const receiver = world[write.side];
    const step = to('it is allowed', { at: 'send' });
    if (write.kind === 'rebuild' && (primary.role !== 'failed' || recovery.role !== 'active'))
      return { ...step, broken: 'a rebuild of a service that has not failed' };
    if (write.kind === 'fail' && recovery.role !== 'passive')
      return { ...step, broken: 'a failover with nothing to take over' };
    if (write.kind === 'fail' && primary.role === 'active' && primary.state === 'RUNNING')
      return { ...step, broken: 'a failover of a healthy primary' };
    return write.kind === 'promote' && receiver.role === 'failed'
      ? { ...step, broken: 'a promotion of a failed service' }
      : step;
  }

  function asked(): Step[] {
    const steps = [
      to('a person gives it more time', { at: 'converge' }),
      to('a person accepts it', { at: 'ended', end: 'accepted' }),
      to('a person gives up', { at: 'ended', end: 'given-up' }),
    ];
    if (isReached) steps.push(...onward());
    if (row.undo === undefined || !run.wrote) return steps;
    const back = { at: 'look', undoing: true, unknowns: 0 } as const;
    if (by.mayPromote(otherSide(target), situation, observed, target))
      steps.push(to('a person wants it back', back));
    if (run.undoing || run.policyActed) return steps;
    const policy = by.compensationFor(situation, observed, row.undo.action, target);
    if (policy === 'undo') steps.push(to('the policy undoes it', { ...back, policyActed: true }));
    if (policy === 'end-not-switched' && world.inFlight === undefined)
      steps.push(to('the policy ends it', { at: 'ended', end: 'not-switched' }));
    return steps;
  }
}
