import { CancellationScope, condition } from '@temporalio/workflow';
import type { FleetReport } from '../contract/fleet';
import { openFleet } from './fleet/admission';
import { watchAsking } from './fleet/asking';
import { conclude } from './fleet/conclusion';
import { handleFleetMessages } from './fleet/fleet-messages';
import type { FleetRecord } from './fleet/fleet-record';
import { resolvePlan } from './fleet/planning';
import { rejoin, runWave } from './fleet/window';

/**
 * Brings many pairs where they should be, in waves: each by a run of its own, under the canonical id of its pair. When more
 * fail than may, it starts no new one and asks.
 *
 * @param input a {@link FleetInput}; of unknown shape, since anybody can start a workflow with any JSON.
 * @param more what the execution before this one handed over; from anybody else it is refused.
 * @throws ApplicationFailure whose `type` is an {@link ErrorCode} and whose first detail is the {@link FleetReport}.
 */
export async function fleetWorkflow(input: unknown, ...more: unknown[]): Promise<FleetReport> {
  const record = openFleet(input, more);
  handleFleetMessages(record);
  const { fleet } = record;
  CancellationScope.current().cancelRequested.catch(() => cancel(record));
  // A cancellation stops the fleet as `abort` does; runs past their write must finish.
  return CancellationScope.nonCancellable(async () => {
    await resolvePlan(record);
    rejoin(record);
    const looking = new CancellationScope({ cancellable: true });
    const looked = looking.run(() => watchAsking(record));
    for (; fleet.state.wave < fleet.state.waves.length; fleet.state.wave += 1) {
      await approved(record);
      await pauseIsOver(record);
      await runWave(record, input);
      if (fleet.state.abortedBy !== undefined) break;
      fleet.state.notBefore = pauseEndsAt(record);
    }
    looking.cancel();
    await looked;
    return conclude(record);
  });
}

/** Where the input asks for it, a person lets the plan or the wave begin. */
async function approved(record: FleetRecord): Promise<void> {
  const { fleet } = record;
  const { state, request } = fleet;
  const isApproved = () => state.approvedWaves > state.wave || state.abortedBy !== undefined;
  if (request.mode === 'plan' || request.approval === 'none' || isApproved()) return;
  fleet.waitsForApproval = true;
  record.refresh();
  await condition(isApproved);
  fleet.waitsForApproval = false;
  record.refresh();
}

/** Waits for the end of the pause before a wave; `resume` ends it early. */
async function pauseIsOver(record: FleetRecord): Promise<void> {
  const { state } = record.fleet;
  if (state.notBefore <= Date.now()) return;
  record.refresh();
  await condition(
    () => state.notBefore <= Date.now() || state.abortedBy !== undefined,
    state.notBefore - Date.now(),
  );
  state.notBefore = 0;
  record.refresh();
}

function pauseEndsAt({ fleet }: FleetRecord): number {
  const isLast = fleet.state.wave + 1 >= fleet.state.waves.length;
  const { pauseBetweenWavesMs } = fleet.request;
  return isLast || pauseBetweenWavesMs === 0 ? 0 : Date.now() + pauseBetweenWavesMs;
}

function cancel(record: FleetRecord): void {
  const { fleet } = record;
  if (record.hasEnded || fleet.state.abortedBy !== undefined) return;
  const payload = { by: 'a cancellation in Temporal', reason: 'the workflow was cancelled' };
  fleet.state.abortedBy = fleet.act(
    'abort',
    payload,
    'no new run; runs that have written nothing are stopped',
  );
  record.stopRuns(payload);
  record.refresh();
}
