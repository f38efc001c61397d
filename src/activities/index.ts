import type { AivenClient } from '../aiven';
import type { ApprovalPolicy, SwitchbackActivities } from '../contract/activities';
import { discover } from './discover';
import { inspectLock } from './inspect-lock';
import { preflight } from './preflight';
import { promote } from './promote';
import { verify } from './verify';
import { watchPair } from './watch-pair';

/** What the activities need from the outside. */
export interface ActivityDependencies {
  aiven: AivenClient;
  policy: ApprovalPolicy;
  /** Fires when this worker is told to stop: waits are handed on at once. Default: never. */
  stopping?: AbortSignal;
}

const NEVER = new AbortController().signal;

/** The activities of `switchbackWorkflow`, bound to a client. */
export function createActivities({
  aiven,
  policy,
  stopping = NEVER,
}: ActivityDependencies): SwitchbackActivities {
  return {
    discover: (input) => discover(aiven, input),
    inspectLock,
    preflight: async (input) => ({ ...(await preflight(aiven, input)), policy }),
    promote: (input) => promote(aiven, input),
    watchPair: (input) => watchPair(aiven, input, stopping),
    verify: (pair) => verify(aiven, pair),
  };
}
