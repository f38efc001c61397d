import type { Situation } from '../contract/observation';
import { type CycleStage, cycleStageOf } from '../rules/cycle';
import type { LiveStatus } from './runs';

/** Where in the cycle a pair stood when a run of it looked at it last, and which procedures fitted then. */
export interface Standing extends CycleStage {
  situation: Situation;
  /** When that was seen, ISO 8601. */
  seenAt: string;
  /** The run that saw it. */
  workflowId: string;
}

/** `undefined` when the run has not looked at both services. */
export function standingIn({ situation, observed, workflowId }: LiveStatus): Standing | undefined {
  if (situation === undefined || observed === undefined) return undefined;
  const times = [observed.primary.at, observed.recovery.at].sort();
  const [seenAt = ''] = times;
  return { ...cycleStageOf(situation, observed), situation, seenAt, workflowId };
}
