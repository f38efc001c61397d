import type { AivenClient } from '../aiven';
import type { RebuildInput } from '../contract/write';
import { isRebuilt, mayRebuild } from '../rules/moves';
import type { Write } from './write-once';

/** The write that has a failed primary rebuilt as a standby of the recovery service. What it had is lost. */
export function rebuilding(client: AivenClient, input: RebuildInput): Write {
  const { pair, expected, rehearse = false } = input;
  return {
    pair,
    move: 'rebuild',
    isUndo: false,
    side: 'primary',
    doing: `rebuilding ${pair.primary}`,
    past: 'rebuilt',
    done: 'rebuilt or on its way',
    expected,
    rehearse,
    isDone: isRebuilt,
    isAllowed: ({ situation, observed }) => mayRebuild(situation, observed),
    send: (options) => client.rebuild(pair.project, pair.primary, options),
  };
}
