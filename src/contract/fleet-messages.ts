import { defineQuery, defineUpdate } from '@temporalio/workflow';
import { cut } from '../util/text';
import type { FleetAct, FleetPair, FleetStatus } from './fleet';
import type { NamedReason } from './messages';
import { faultOfText } from './text';

/** The payload of the update `approve` of a fleet. */
export interface FleetApproveInput extends NamedReason {
  /** Of the plan that was read: the approval counts for these pairs in these waves, and for no others. */
  fingerprint: string;
  /** The number of the wave, from 1, where every wave is approved. Default: the one that waits. */
  wave?: number;
}

/** The payload of the updates `retry` and `skip`. */
export interface FleetPairsInput extends NamedReason {
  /** Each as `PROJECT/PRIMARY`. `retry` without it takes all that failed or were stopped. */
  pairs?: string[];
}

/** What the fleet is doing, with counts, waves and who needs a person; answers at any time, also after the end. */
export const fleetStatusQuery = defineQuery<FleetStatus>('status');
/** Every pair as it stands, in the order of the waves. */
export const fleetPairsQuery = defineQuery<FleetPair[]>('pairs');

/** No new run is started; those under way go on. */
export const fleetPauseUpdate = defineUpdate<FleetAct, [NamedReason]>('pause');
/** Goes on: after a pause, or in spite of the failures so far. */
export const fleetResumeUpdate = defineUpdate<FleetAct, [NamedReason]>('resume');
/** Ends the fleet: no new run, those before their point of no return stop, the others finish. */
export const fleetAbortUpdate = defineUpdate<FleetAct, [NamedReason]>('abort');
/** Starts pairs again that failed or were stopped, and goes on. */
export const fleetRetryUpdate = defineUpdate<FleetAct, [FleetPairsInput]>('retry');
/** Leaves pairs out that are not running. */
export const fleetSkipUpdate = defineUpdate<FleetAct, [FleetPairsInput]>('skip');
/** Lets the plan, or the wave that waits, begin. */
export const fleetApproveUpdate = defineUpdate<FleetAct, [FleetApproveInput]>('approve');

const SIGNED = '"by":"you@example.com","reason":"INC-123"';

/** A payload for each update: shown in the UI, and with every complaint. */
export const fleetExamples: Record<FleetAct['act'], string> = {
  approve: `{${SIGNED},"fingerprint":"0f3a1c9b77d2"}`,
  pause: `{${SIGNED}}`,
  resume: `{${SIGNED}}`,
  retry: `{${SIGNED}}`,
  skip: `{${SIGNED},"pairs":["my-project/pg-1"]}`,
  abort: `{${SIGNED}}`,
};

/** Every fault of a payload of unknown shape; none when it is good. */
export function faultsOfFleetMessage(act: FleetAct['act'], payload: unknown): string[] {
  const fields = isObject(payload) ? payload : {};
  const known = ['by', 'reason', ...(MORE[act] ?? [])];
  const texts = ['by', 'reason', ...(act === 'approve' ? ['fingerprint'] : [])];
  const { pairs, wave } = fields;
  return [
    ...texts.flatMap((field) => faultOfText(field, fields[field], true) ?? []),
    ...(known.includes('pairs') ? faultsOfPairs(pairs, act === 'skip') : []),
    ...(known.includes('wave') && wave !== undefined && !(Number.isInteger(wave) && Number(wave) >= 1)
      ? ['"wave" must be the number of a wave, from 1']
      : []),
    ...Object.keys(fields)
      .filter((field) => !known.includes(field))
      .map((field) => `"${cut(field, 60)}" is not a known field`),
  ];
}

const MORE: Partial<Record<FleetAct['act'], string[]>> = {
  approve: ['fingerprint', 'wave'],
  retry: ['pairs'],
  skip: ['pairs'],
};

function faultsOfPairs(pairs: unknown, isRequired: boolean): string[] {
  if (pairs === undefined && !isRequired) return [];
  const isList = Array.isArray(pairs) && pairs.length > 0 && pairs.every((one) => typeof one === 'string');
  return isList ? [] : ['"pairs" must be a list such as ["my-project/pg-1"]'];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
