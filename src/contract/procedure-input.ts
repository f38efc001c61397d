import type { SwitchbackInput } from './input';

/** The one JSON object that starts `switchoverWorkflow`: `{"project":"P","service":"PRIMARY"}` is enough here, too. */
export interface SwitchoverInput extends Omit<SwitchbackInput, 'onTimeout'> {
  /** After `convergeTimeout` and an unanswered `decisionWindow`. Default `return-to-primary`. */
  onTimeout?: 'return-to-primary' | 'hold';
}

/**
 * The one JSON object that starts `failoverWorkflow`. It destroys the primary, so that more must be said:
 * `{"project":"P","service":"PRIMARY","confirm":"PRIMARY","requestedBy":"you@example.com","reason":"INC-123"}`.
 */
export interface FailoverInput
  extends Omit<SwitchbackInput, 'approval' | 'onTimeout' | 'maxLag' | 'catchUpTimeout'> {
  /** The primary service once more, typed out: the one that is destroyed. */
  confirm: string;
  requestedBy: string;
  reason: string;
  /** True to destroy a primary that the API calls healthy. Default false. */
  drill?: boolean;
}

/** The one JSON object that starts `drillWorkflow`: `{"project":"P","service":"PRIMARY"}` is enough here, too. */
export interface DrillInput extends Omit<SwitchbackInput, 'onTimeout'> {
  /** After `convergeTimeout` and an unanswered `decisionWindow`, of either move. Default `undo`. */
  onTimeout?: 'undo' | 'hold';
  /** How long the recovery service stays active before the way home. Default `"5m"`. */
  soak?: string;
}

/** The one JSON object that starts `failbackWorkflow`: `{"project":"P","service":"PRIMARY"}` is enough here, too. */
export interface FailbackInput extends Omit<SwitchbackInput, 'onTimeout'> {
  /** After `convergeTimeout` and an unanswered `decisionWindow`, of the way home. Default `undo`. */
  onTimeout?: 'undo' | 'hold';
  /** How long the rebuild may take before the run asks. Default `"24h"`. */
  rebuildTimeout?: string;
  /** Whether the way home begins at once, or when a person approves it. Default `at-once`. */
  takeOver?: 'at-once' | 'on-approval';
  /** Not before this time, ISO 8601 with a time zone: `2026-12-01T02:00:00Z`. Default: at once. */
  takeOverAt?: string;
}

/** The input of a procedure. */
export type ProcedureInput = SwitchbackInput | SwitchoverInput | FailoverInput | FailbackInput | DrillInput;
