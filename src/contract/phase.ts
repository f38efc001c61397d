export interface PhaseRow {
  /** True when nothing goes on until a person says something, or the time is over. */
  asks: boolean;
  /** True until the preconditions have been read. */
  isBeforeChecks: boolean;
}

const BEFORE_CHECKS: PhaseRow = { asks: false, isBeforeChecks: true };
const GOING_ON: PhaseRow = { asks: false, isBeforeChecks: false };
const ASKING: PhaseRow = { asks: true, isBeforeChecks: false };

/** Where a run can be in the procedure, in its order. */
export const phases = {
  validate: BEFORE_CHECKS,
  discover: BEFORE_CHECKS,
  preflight: BEFORE_CHECKS,
  approval: ASKING,
  'catch-up': GOING_ON,
  promote: GOING_ON,
  'promote-uncertain': GOING_ON,
  converge: GOING_ON,
  'needs-operator': ASKING,
  'return-to-recovery': GOING_ON,
  'return-to-primary': GOING_ON,
  verify: GOING_ON,
  soak: GOING_ON,
  report: GOING_ON,
} as const satisfies Record<string, PhaseRow>;

export type Phase = keyof typeof phases;

/** Phases in which a run waits for a person. */
export const askingPhases = (Object.keys(phases) as Phase[]).filter((phase) => phases[phase].asks);
