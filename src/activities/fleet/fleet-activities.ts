import type { AivenClient } from '../../aiven';
import { FLEET_WORKFLOW_TYPE } from '../../contract/fleet';
import type { FleetActivities } from '../../contract/fleet-activities';
import type { Guard } from '../consent';
import { alive } from '../with-heartbeat';
import { joinRun } from './join-run';
import { lookAtRuns } from './look-at-runs';
import { resolveFleet } from './resolve-fleet';
import { stopRuns } from './stop-runs';

/** The activities of a fleet. */
export function fleetActivities(aiven: AivenClient, guard: Guard, stopping: AbortSignal): FleetActivities {
  return {
    resolveFleet: (request) => alive(() => resolveFleet(aiven, request)),
    joinRun: (input) => joinRun(input, stopping),
    stopRuns: async (input) => {
      await guard.requireRun([FLEET_WORKFLOW_TYPE]);
      return alive(() => stopRuns(input));
    },
    lookAtRuns: (input) => lookAtRuns(input, stopping),
  };
}
