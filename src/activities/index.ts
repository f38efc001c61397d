import type { AivenClient } from '../aiven';
import type { ApprovalPolicy, SwitchbackActivities } from '../contract/activities';
import type { EvidenceStore } from '../evidence';
import type { Databases } from '../postgres';
import { catchUp } from './catch-up';
import { discover } from './discover';
import { inspectLock } from './inspect-lock';
import { keepEvidence } from './keep-evidence';
import { preflight } from './preflight';
import { probeWrites } from './probe-writes';
import { promote } from './promote';
import { prove } from './prove';
import { verify } from './verify';
import { watchEndpoint } from './watch-endpoint';
import { watchPair } from './watch-pair';

/** What the activities need from the outside. */
export interface ActivityDependencies {
  aiven: AivenClient;
  policy: ApprovalPolicy;
  databases: Databases;
  /** Where the evidence of runs goes; `undefined` keeps none. */
  evidence: EvidenceStore | undefined;
  /** Fires when this worker is told to stop: waits are handed on at once. Default: never. */
  stopping?: AbortSignal;
}

const NEVER = new AbortController().signal;

/** The activities of `switchbackWorkflow`, bound to a client. */
export function createActivities({
  aiven,
  policy,
  databases,
  evidence,
  stopping = NEVER,
}: ActivityDependencies): SwitchbackActivities {
  return {
    discover: (input) => discover(aiven, input),
    inspectLock,
    preflight: async (input) => ({ ...(await preflight(aiven, databases, input)), policy }),
    promote: (input) => promote(aiven, input),
    watchPair: (input) => watchPair(aiven, input, stopping),
    verify: (pair) => verify(aiven, pair),
    catchUp: (input) => catchUp(databases, input, stopping),
    probeWrites: (input) => probeWrites(databases, input, stopping),
    prove: (input) => prove(databases, input, stopping),
    keepEvidence: (report) => keepEvidence(evidence, report),
    watchEndpoint: (input) => watchEndpoint(databases, input, stopping),
  };
}
