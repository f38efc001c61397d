import type { AivenClient } from '../aiven';
import { promotionOf } from '../contract/procedure';
import type { PromoteInput } from '../contract/write';
import { isPromoted, mayPromote } from '../rules/moves';
import type { Write } from './write-once';

/** The write that makes a service active; toward the goal of the procedure, or as its undo. */
export function promotion(client: AivenClient, input: PromoteInput): Write {
  const { pair, target, goal = 'primary', expected, rehearse = false } = input;
  const service = pair[target];
  return {
    pair,
    move: promotionOf(goal),
    isUndo: target !== goal,
    side: target,
    doing: `promoting ${service}`,
    past: 'promoted',
    done: 'active or on its way',
    expected,
    rehearse,
    isDone: (observed) => isPromoted(target, observed),
    isAllowed: ({ situation, observed }) => mayPromote(target, situation, observed, goal),
    send: (options) => client.promote(pair.project, service, pair.dialect, options),
  };
}
