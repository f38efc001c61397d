import type { RunPolicy } from '../contract/activities';
import type { SwitchbackRequest } from '../contract/input';
import type { People } from './people';
import type { RunRecord } from './run-record';

/** What the steps of a run share. */
export interface Run {
  request: SwitchbackRequest;
  record: RunRecord;
  people: People;
  /** What the worker demands of every run. */
  policy: RunPolicy;
}
