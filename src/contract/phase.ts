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
