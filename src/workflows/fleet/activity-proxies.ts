import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { FleetActivities } from '../../contract/fleet-activities';

/** A worker that has not been heard of for so long is dead, and another one goes on. */
const DEAD_AFTER = '10s';

/** Reads of the list of services; after four tries it says itself that they cannot be read. */
export const resolve = (summary: string) =>
  proxyActivities<Pick<FleetActivities, 'resolveFleet'>>({
    startToCloseTimeout: '10m',
    heartbeatTimeout: DEAD_AFTER,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
    summary,
  });

/** Waiting: one heartbeating call however long it takes. */
export const wait = (summary: string) =>
  proxyActivities<Pick<FleetActivities, 'joinRun' | 'lookAtRuns'>>({
    startToCloseTimeout: '24h',
    heartbeatTimeout: DEAD_AFTER,
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary,
  });

/** To stop a run twice does no harm; one that has been stopped refuses. */
export const stop = (summary: string) =>
  proxyActivities<Pick<FleetActivities, 'stopRuns'>>({
    startToCloseTimeout: '10m',
    heartbeatTimeout: DEAD_AFTER,
    retry: { initialInterval: '1s', maximumInterval: '10s' },
    priority: { priorityKey: 1 },
    summary,
  });
