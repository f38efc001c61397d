import type { Goal, Measurement } from './figure';
import { spreadOf } from './statistics';

export type Verdict = 'met' | 'not met' | 'no goal';

export function verdictOf({ values, goal }: Measurement): Verdict {
  if (goal === undefined) return 'no goal';
  return isWithin(spreadOf(values).median, goal, goal.limit) ? 'met' : 'not met';
}

/** Far beyond its goal: what `--quick` fails on. A measurement without an alarm, such as a time, never is. */
export function isFarBeyond({ values, goal }: Measurement): boolean {
  if (goal?.alarm === undefined) return false;
  return !isWithin(spreadOf(values).median, goal, goal.alarm);
}

/** How many times the goal it is; 1 and less is good. Nothing where that cannot be said. */
export function shareOfGoal({ values, goal }: Measurement): number | undefined {
  if (goal === undefined || goal.limit === 0) return undefined;
  const { median } = spreadOf(values);
  const share = goal.is === 'at most' ? median / goal.limit : goal.limit / median;
  return Number.isFinite(share) && share > 0 ? share : undefined;
}

function isWithin(value: number, { is }: Goal, limit: number): boolean {
  return is === 'at most' ? value <= limit : value >= limit;
}
