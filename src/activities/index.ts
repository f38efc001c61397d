import { cancellationSignal } from '@temporalio/activity';
import type { AivenClient } from '../aiven';
import type { SwitchbackActivities, WorkerPolicy } from '../contract/activities';
import type { FleetActivities } from '../contract/fleet-activities';
import { NOTIFIER_WORKFLOW_TYPE } from '../contract/notifications';
import { procedureTypes } from '../contract/procedure';
import type { EvidenceStore } from '../evidence';
import type { NotifySettings } from '../notify';
import { Rounds } from '../observe/rounds';
import { ServiceLists } from '../observe/service-lists';
import type { Databases } from '../postgres';
import { catchUp } from './catch-up';
import { type Guard, temporalGuard, type VerifyApproval } from './consent';
import { discover } from './discover';
import { endOldSessions } from './end-old-sessions';
import { failing } from './fail';
import { fleetActivities } from './fleet/fleet-activities';
import { inspectLock } from './inspect-lock';
import { keepEvidence } from './keep-evidence';
import { notify } from './notify';
import { preflight, type ReadFreezes } from './preflight';
import { probeWrites } from './probe-writes';
import { promotion } from './promote';
import { type BeginPromotionRecord, beginPromotionRecord } from './promotion-record';
import { prove } from './prove';
import { rebuilding } from './rebuild';
import { undelivered } from './undelivered';
import { verify } from './verify';
import { watchEndpoint } from './watch-endpoint';
import { watchPair } from './watch-pair';
import { alive } from './with-heartbeat';
import { writeOnce } from './write-once';

/** What the activities need from the outside. */
export interface ActivityDependencies {
  aiven: AivenClient;
  policy: WorkerPolicy;
  databases: Databases;
  /** The freeze windows, read for every check. Default: there are none. */
  readFreezes?: ReadFreezes | undefined;
  /** Where the evidence of runs goes; `undefined` keeps none. */
  evidence: EvidenceStore | undefined;
  /** Who is told of what happens to runs; `undefined` tells nobody. */
  notify?: NotifySettings | undefined;
  /** Fires when this worker is told to stop: waits are handed on at once. Default: never. */
  stopping?: AbortSignal;
  /** Whether this worker may destroy a primary. Default: no. */
  allowsFailover?: boolean;
  /** Judges an approval right before the write, for example its signature. Default: every one counts. */
  verifyApproval?: VerifyApproval;
  /** Who may have what done. Default: what Temporal says of the run that asks. */
  guard?: Guard;
  /** Where an attempt to promote records that it is about to send. Default: in Temporal. */
  promotionRecord?: BeginPromotionRecord;
}

const NOBODY: NotifySettings = { sinks: [], uiUrl: undefined };
const NEVER = new AbortController().signal;

/** The activities of the workflows, bound to a client. */
export function createActivities({
  aiven,
  policy,
  databases,
  readFreezes,
  evidence,
  notify: settings = NOBODY,
  stopping = NEVER,
  allowsFailover = false,
  verifyApproval,
  guard = temporalGuard(policy, verifyApproval, allowsFailover),
  promotionRecord = beginPromotionRecord,
}: ActivityDependencies): SwitchbackActivities & FleetActivities {
  /** What writes, ends or sends something, for a running workflow of such a type and for nobody else. */
  const only = <Input, Result>(workflowTypes: readonly string[], work: (input: Input) => Promise<Result>) => {
    return async (input: Input): Promise<Result> => {
      await guard.requireRun(workflowTypes);
      return work(input);
    };
  };
  const lists = new ServiceLists();
  const looks = { rounds: new Rounds(), lists };
  return {
    ...fleetActivities(aiven, guard, stopping),
    terms: async () => ({ policy, notifies: settings.sinks.length > 0 }),
    discover: (input) => alive(() => discover(aiven, input)),
    inspectLock: only(procedureTypes, (input) => alive(() => inspectLock(input))),
    preflight: (input) => alive(() => preflight(aiven, databases, input, readFreezes, allowsFailover, lists)),
    promote: (input) => writeOnce(aiven, guard, promotion(aiven, input), promotionRecord),
    fail: (input) => writeOnce(aiven, guard, failing(aiven, input), promotionRecord),
    rebuild: (input) => writeOnce(aiven, guard, rebuilding(aiven, input), promotionRecord),
    watchPair: (input) => watchPair(aiven, input, stopping, looks),
    verify: (pair) => alive(() => verify(aiven, pair)),
    catchUp: (input) => catchUp(databases, input, stopping),
    probeWrites: only(procedureTypes, (input) => probeWrites(databases, input, stopping)),
    prove: only(procedureTypes, (input) => prove(databases, input, stopping)),
    keepEvidence: only(procedureTypes, (report) => keepEvidence(evidence, report)),
    endOldSessions: only(procedureTypes, (input) =>
      alive(() => endOldSessions(databases, input, cancellationSignal())),
    ),
    watchEndpoint: (input) => watchEndpoint(databases, input, stopping),
    notify: only([NOTIFIER_WORKFLOW_TYPE], (input) => notify(settings, input, stopping)),
    undelivered,
  };
}
