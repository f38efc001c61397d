import { condition, isCancellation } from '@temporalio/workflow';
import type { Asking } from '../../contract/fleet-activities';
import { procedures } from '../../contract/procedure';
import { wait } from './activity-proxies';
import type { FleetRecord } from './fleet-record';
import { runIdOf } from './pair-run';

/** Keeps the fleet told of which of its runs need a person, until it is cancelled. */
export async function watchAsking(record: FleetRecord): Promise<void> {
  const { fleet } = record;
  const { workflowType } = procedures[fleet.request.procedure];
  try {
    for (let known: Asking = {}; ; ) {
      // While nothing runs, as before an approval that takes weeks, the history must not grow.
      await condition(() => fleet.running.size > 0);
      known = await wait('see which runs need a person').lookAtRuns({ workflowType, known });
      for (const one of fleet.running) {
        const asks = known[runIdOf(fleet, one)];
        if (asks === undefined) delete one.asks;
        else one.asks = asks;
      }
      record.refresh();
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
}
