import { ApplicationFailure, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { EXAMPLE_FLEET } from '../../contract/fleet-input';
import { parseFleetInput } from '../../contract/parse-fleet';
import { searchAttributes } from '../../contract/search-attributes';
import { faultsOfStart } from '../engine/start-options';
import { FleetRecord } from './fleet-record';
import { Fleet, type FleetState, firstState } from './fleet-state';

/** Takes in the input and, in a later execution, what the one before has handed over; refuses what cannot be a fleet. */
export function openFleet(input: unknown, more: unknown[]): FleetRecord {
  const info = workflowInfo();
  const isContinued = info.continuedFromExecutionRunId !== undefined;
  const parsed = parseFleetInput(input);
  const faults = [
    ...(parsed.ok ? [] : parsed.faults),
    ...(more.length > 0 && !isContinued
      ? [`there must be one argument, and ${more.length + 1} were given`]
      : []),
    ...faultsOfStart(info),
  ];
  if (!parsed.ok || faults.length > 0) throw refuse(faults);
  const state = isContinued
    ? ((more[0] as FleetState | undefined) ?? firstState(info.startTime.toISOString()))
    : firstState(info.startTime.toISOString());
  return new FleetRecord(new Fleet(parsed.request, info.workflowId, state));
}

/** There is no fleet to speak of; the list says how it ended, and the failure lists every fault. */
function refuse(faults: string[]): ApplicationFailure {
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: 'invalid-input' }]);
  const headline = `The input is not valid: ${faults.join('; ')}.`;
  const next = `Start again with one JSON object, for example ${EXAMPLE_FLEET}`;
  return ApplicationFailure.nonRetryable(`INVALID_INPUT: ${headline} ${next}`, 'INVALID_INPUT');
}
