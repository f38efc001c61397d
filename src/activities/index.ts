import type { AivenClient } from '../aiven';
import type { SwitchbackActivities } from '../contract/activities';
import { discover } from './discover';
import { preflight } from './preflight';
import { promote } from './promote';
import { verify } from './verify';
import { watchPair } from './watch-pair';

/** What the activities need from the outside. */
export interface ActivityDependencies {
  aiven: AivenClient;
}

/** The activities of `switchbackWorkflow`, bound to a client. */
export function createActivities({ aiven }: ActivityDependencies): SwitchbackActivities {
  return {
    discover: (input) => discover(aiven, input),
    preflight: (input) => preflight(aiven, input),
    promote: (input) => promote(aiven, input),
    watchPair: (input) => watchPair(aiven, input),
    verify: (pair) => verify(aiven, pair),
  };
}
