/** Phases in which nothing goes on until a person says something, or the time is over. */
export const ASKING_PHASES: readonly Phase[] = ['approval', 'needs-operator'];

/** Where a run is in the procedure. */
export type Phase =
  | 'validate'
  | 'discover'
  | 'preflight'
  | 'approval'
  | 'catch-up'
  | 'promote'
  | 'promote-uncertain'
  | 'converge'
  | 'needs-operator'
  | 'return-to-recovery'
  | 'verify'
  | 'report';
