import { condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { FleetPair } from '../../contract/fleet';
import { stateAfter } from '../../rules/fleet/progress';
import type { FleetRecord } from './fleet-record';
import { join, performPair } from './pair-run';

/**
 * Runs the pairs of the present wave, so many at a time: whenever one ends, the next begins. It is over when nothing runs and
 * nothing is to be started, which after a failure may need a person.
 *
 * @param input of the fleet, for the next execution of it.
 */
export async function runWave(record: FleetRecord, input: unknown): Promise<void> {
  const { fleet } = record;
  for (;;) {
    await condition(() => mustContinue(record) || fleet.canStart || fleet.isWaveOver);
    if (mustContinue(record)) await goOnAsNew(record, input);
    const next = fleet.canStart ? fleet.next : undefined;
    if (next !== undefined) {
      fleet.startedHere += 1;
      fleet.begin(next);
      void follow(record, next, performPair(fleet, next));
      record.refresh();
    } else if (fleet.isWaveOver) return;
  }
}

/** Waits again for the runs that the execution before this one was waiting for. */
export function rejoin(record: FleetRecord): void {
  for (const one of record.fleet.running) void follow(record, one, join(record.fleet, one));
}

async function follow(
  record: FleetRecord,
  one: FleetPair,
  run: ReturnType<typeof performPair>,
): Promise<void> {
  const result = await run;
  const state = stateAfter(result, one.stopping === true);
  record.fleet.end(one, { ...result, state });
  record.judgeBudget();
  record.refresh();
}

/** Long before the history is full: each run leaves its report in it. */
function mustContinue({ fleet }: FleetRecord): boolean {
  if (fleet.state.abortedBy !== undefined) return false;
  const isFull = fleet.startedHere >= fleet.request.startsPerExecution && fleet.canStart;
  return isFull || workflowInfo().continueAsNewSuggested;
}

/** Nothing is lost: what was said is in the state, and the runs under way are joined by the next execution. */
async function goOnAsNew(record: FleetRecord, input: unknown): Promise<never> {
  await condition(() => record.fleet.starting === 0 && record.fleet.stoppingRuns === 0);
  return continueAsNew<(input: unknown, state: unknown) => Promise<unknown>>(input, record.handOver());
}
