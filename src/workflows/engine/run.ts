import type { WorkerPolicy } from '../../contract/activities';
import type { SwitchbackRequest } from '../../contract/input';
import type { RunRecord } from './run-record';
import type { WriteProbe } from './write-probe';

/** What the steps of a run share. */
export interface Run {
  readonly request: SwitchbackRequest;
  readonly record: RunRecord;
  readonly writeProbe: WriteProbe;
  /** What the worker demands of every run; until it has said so, everything. */
  policy: WorkerPolicy;
  /** Settles once the worker has said its policy, or cannot. */
  policyKnown: Promise<void>;
  /** The id of the workflow that tells others of this run; `undefined` where nobody is told. */
  notifier: Promise<string | undefined>;
}
