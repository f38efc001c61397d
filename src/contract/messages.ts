import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Decision } from './report';
import type { SwitchbackStatus } from './status';

/** What the run is doing and why it waits; answers at any time, also after the end. */
export const statusQuery = defineQuery<SwitchbackStatus>('status');

/** The payload of the update `decide`: `{"action":"wait","by":"…","reason":"…"}`. */
export interface DecideInput {
  action: Decision['action'];
  by: string;
  reason: string;
}

/** A person decides while the run is in the phase `needs-operator`, or while an alarm stands. */
export const decideUpdate = defineUpdate<Decision, [DecideInput]>('decide');

export const DECIDE_ACTIONS = ['wait', 'return-to-recovery', 'accept', 'give-up'] as const;

/** Shown with the update in the UI and with every complaint about its payload. */
export const EXAMPLE_DECISION = '{"action":"wait","by":"you@example.com","reason":"INC-123"}';

/** Every fault of a `decide` payload of unknown shape; none when it is good. */
export function faultsOfDecision(payload: unknown): string[] {
  const value = (typeof payload === 'object' && payload !== null ? payload : {}) as Record<string, unknown>;
  const faults: string[] = [];
  if (!DECIDE_ACTIONS.some((action) => action === value.action)) {
    faults.push(`"action" must be one of ${DECIDE_ACTIONS.join(', ')}`);
  }
  for (const field of ['by', 'reason']) {
    const text = value[field];
    if (typeof text !== 'string' || text.trim() === '') faults.push(`"${field}" must be a text`);
  }
  return faults;
}
