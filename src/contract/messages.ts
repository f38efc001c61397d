import { defineQuery, defineUpdate } from '@temporalio/workflow';
import { cut } from '../util/text';
import { type Acknowledgement, EXAMPLE_ACKNOWLEDGEMENT, faultsOfAcknowledgement } from './checks';
import type { RunEvents } from './events';
import type { Phase } from './phase';
import type { ProcedureInput } from './procedure-input';
import type { AbortRequest, Approval, Decision } from './report';
import type { SwitchbackStatus } from './status';
import { faultOfText } from './text';

/** What the run is doing and why it waits; answers at any time, also after the end. */
export const statusQuery = defineQuery<SwitchbackStatus>('status');

/**
 * What happened so far, as events for machines; the argument is the number after which to begin (default 0: all).
 * Answers at any time, also after the end.
 */
export const eventsQuery = defineQuery<RunEvents, [number?]>('events');

/** The answer of the update `attach`: which run that is, and how its input differs from the one that was sent. */
export interface Attached {
  runId: string;
  phase: Phase;
  headline: string;
  /** Fields of the request that differ, as `mode: "rehearse" was asked for, the run has "execute"`; none when it is the same. */
  differences: string[];
}

/** The payload of the update `decide`. */
export interface DecideInput {
  action: Decision['action'];
  by: string;
  reason: string;
}

/** The payload of the update `approve`. */
export interface ApproveInput {
  by: string;
  reason: string;
  /** Of the plan that was read, as the status shows it: the approval counts for that state and for no other. */
  fingerprint: string;
  /** The service that is destroyed, typed out: for a failover alone. */
  service?: string;
}

/** The payload of the updates `reject` and `abort`. */
export interface NamedReason {
  by: string;
  reason: string;
}

/** A person decides while the run asks, or while an alarm stands. */
export const decideUpdate = defineUpdate<Decision, [DecideInput]>('decide');
/** A person approves what was checked; the answer is the approval that counts. */
export const approveUpdate = defineUpdate<Approval, [ApproveInput]>('approve');
/** A person refuses; the run ends without a write. */
export const rejectUpdate = defineUpdate<Approval, [NamedReason]>('reject');
/** A person passes over a soft finding. */
export const acknowledgeUpdate = defineUpdate<Acknowledgement, [Acknowledgement]>('acknowledge');
/** Stops the run while nothing was written; after that it is only recorded. */
export const abortUpdate = defineUpdate<AbortRequest, [NamedReason]>('abort');

/**
 * Sent together with the start: whoever finds a run going on learns which, and whether it does what was asked for. It
 * changes nothing.
 */
export const attachUpdate = defineUpdate<Attached, [ProcedureInput]>('attach');

/** What a person can tell a run, by the names of Temporal's updates. */
export const updateNames = ['approve', 'reject', 'acknowledge', 'decide', 'abort'] as const;

export const DECIDE_ACTIONS = [
  'wait',
  'return-to-recovery',
  'return-to-primary',
  'accept',
  'give-up',
] as const;

/** A payload for each update: shown in the UI, and with every complaint. */
export const examples = {
  decide: '{"action":"wait","by":"you@example.com","reason":"INC-123"}',
  approve: '{"by":"you@example.com","reason":"INC-123","fingerprint":"0f3a1c9b77d2"}',
  reject: '{"by":"you@example.com","reason":"INC-123"}',
  acknowledge: EXAMPLE_ACKNOWLEDGEMENT,
  abort: '{"by":"you@example.com","reason":"INC-123"}',
} as const;

/** Every fault of a payload of unknown shape; none when it is good. */
export const faultsOf: Record<keyof typeof examples, (payload: unknown) => string[]> = {
  decide: (payload) => {
    const { action } = fieldsOf(payload);
    const isKnown = DECIDE_ACTIONS.some((known) => known === action);
    const fault = `"action" must be one of ${DECIDE_ACTIONS.join(', ')}`;
    return [...(isKnown ? [] : [fault]), ...faultsOfTexts(payload, ['by', 'reason'], ['action'])];
  },
  approve: (payload) => faultsOfTexts(payload, ['by', 'reason', 'fingerprint'], ['service']),
  reject: (payload) => faultsOfTexts(payload, ['by', 'reason']),
  acknowledge: (payload) => faultsOfAcknowledgement(payload),
  abort: (payload) => faultsOfTexts(payload, ['by', 'reason']),
};

/** What is wrong with an object that must hold these texts, none of them empty, and no other fields. */
function faultsOfTexts(
  payload: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): string[] {
  const fields = fieldsOf(payload);
  const asked = [...required, ...optional.filter((field) => fields[field] !== undefined)];
  const wrong = asked.flatMap((field) => faultOfText(field, fields[field], true) ?? []);
  const unknown = Object.keys(fields).filter(
    (field) => !required.includes(field) && !optional.includes(field),
  );
  return [...wrong, ...unknown.map((field) => `"${cut(field, 60)}" is not a known field`)];
}

function fieldsOf(payload: unknown): Record<string, unknown> {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? { ...payload } : {};
}
