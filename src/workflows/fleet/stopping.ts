import { condition } from '@temporalio/workflow';
import type { NamedReason } from '../../contract/messages';
import { TEXT_LIMIT } from '../../contract/text';
import { cut } from '../../util/text';
import { stop } from './activity-proxies';
import type { Fleet } from './fleet-state';
import { runIdOf } from './pair-run';

/** Asks every run that the fleet has started to stop while nothing is written. Those that were joined are somebody else's. */
export async function stopRunning(fleet: Fleet, { by, reason }: NamedReason): Promise<void> {
  fleet.stoppingRuns += 1;
  try {
    // A run that Temporal does not know yet would not hear it.
    await condition(() => fleet.starting === 0);
    const asked = [...fleet.running].filter(({ joined }) => !joined);
    if (asked.length === 0) return;
    for (const one of asked) one.stopping = true;
    const workflowIds = asked.map((one) => runIdOf(fleet, one));
    const why = cut(`${fleet.workflowId}: ${reason}`, TEXT_LIMIT);
    await stop(`stop ${asked.length} runs that have written nothing`).stopRuns({
      workflowIds,
      by,
      reason: why,
    });
  } finally {
    fleet.stoppingRuns -= 1;
  }
}
