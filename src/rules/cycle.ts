import type { PairObservation, Situation } from '../contract/observation';
import type { Procedure } from '../contract/procedure';
import { isOnItsWay, isRebuilt, mayFail } from './moves';

/** Where in the cycle of switchover, switchback, failover and failback a pair stands. */
export interface CycleStage {
  stage: 'protected' | 'switched-over' | 'failed-over' | 'rebuilding' | 'moving' | 'in-doubt';
  /** What could be done now, the likeliest first; none where a person must look first. */
  procedures: Procedure[];
}

/** Total and pure, as the situation is. What moves is followed by the procedure that goes the same way. */
export function cycleStageOf(situation: Situation, observed: PairObservation): CycleStage {
  switch (situation) {
    case 'primary-active':
      return { stage: 'protected', procedures: ['switchover', 'drill'] };
    case 'recovery-active':
      return { stage: 'switched-over', procedures: ['switchback'] };
    case 'failed-over':
      return { stage: 'failed-over', procedures: ['failback'] };
    case 'primary-failed': {
      const { recovery } = observed;
      const isOver = recovery.readable && recovery.role === 'active';
      return { stage: isOver ? 'failed-over' : 'in-doubt', procedures: [] };
    }
    case 'moving':
      if (isRebuilt(observed) && observed.recovery.readable && observed.recovery.settled)
        return { stage: 'rebuilding', procedures: ['failback'] };
      if (isOnItsWay('primary', observed))
        return { stage: 'moving', procedures: ['switchback', ...lastResort(observed)] };
      if (isOnItsWay('recovery', observed)) return { stage: 'moving', procedures: ['switchover'] };
      return { stage: 'moving', procedures: [] };
    default:
      return { stage: 'in-doubt', procedures: lastResort(observed) };
  }
}

/** A primary that is in trouble, or does not answer, may be one to fail. */
function lastResort(observed: PairObservation): Procedure[] {
  return mayFail(observed, false) ? ['failover'] : [];
}
