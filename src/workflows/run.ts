import type { WorkerPolicy } from '../contract/activities';
import type { SwitchbackRequest } from '../contract/input';
import type { MessageHandlers } from './message-handlers';
import type { RunRecord } from './run-record';

/** What the steps of a run share. */
export interface Run {
  request: SwitchbackRequest;
  record: RunRecord;
  handlers: MessageHandlers;
  /** What the worker demands of every run. */
  policy: WorkerPolicy;
}
