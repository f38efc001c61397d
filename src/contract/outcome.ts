/** How a run can end: the one table that everything reads which treats one end differently from another. */
export const outcomes = {
  'switched-back': row('Switched back', { tone: 'good', completes: true, isAtGoal: true }),
  'already-primary': row('Already at the primary', { tone: 'good', completes: true, isAtGoal: true }),
  'switched-over': row('Switched over', { tone: 'good', completes: true, isAtGoal: true }),
  'already-recovery': row('Already at the recovery service', {
    tone: 'good',
    completes: true,
    isAtGoal: true,
  }),
  'failed-over': row('Failed over', { tone: 'good', completes: true, isAtGoal: true }),
  'already-failed-over': row('Failed over already', { tone: 'good', completes: true, isAtGoal: true }),
  rebuilt: row('Rebuilt', { tone: 'good', completes: true, isAtGoal: true }),
  'already-rebuilt': row('Rebuilt already', { tone: 'good', completes: true, isAtGoal: true }),
  'failed-back': row('Rebuilt and brought home', { tone: 'good', completes: true, isAtGoal: true }),
  drilled: row('Switched over and back again', { tone: 'good', completes: true, isAtGoal: true }),
  accepted: row('Present state accepted by a person', { tone: 'warn', completes: true }),
  planned: row('Planned only', { tone: 'quiet', completes: true }),
  rehearsed: row('Rehearsed only', { tone: 'quiet', completes: true }),
  'invalid-input': row('Input not valid', { tone: 'bad', severity: 'warning' }),
  blocked: row('Blocked before the write', { tone: 'warn', severity: 'warning' }),
  aborted: row('Stopped before the write', { tone: 'warn', severity: 'warning' }),
  'not-switched': row('Not switched', { tone: 'bad', severity: 'warning', isUndone: true }),
  'returned-to-recovery': row('Returned to recovery', { tone: 'bad', severity: 'warning', isUndone: true }),
  'returned-to-primary': row('Returned to the primary', { tone: 'bad', severity: 'warning', isUndone: true }),
  'given-up': row('Given up by a person', { tone: 'bad', severity: 'critical', isUndone: true }),
} as const satisfies Record<string, OutcomeRow>;

export interface OutcomeRow {
  /** For people, on a page. */
  label: string;
  tone: 'good' | 'warn' | 'bad' | 'quiet';
  /** Of the event that tells the end: `critical` when a person must look at the pair now. */
  severity: 'info' | 'warning' | 'critical';
  /** True when the workflow completes; else it fails with an error code. */
  completes: boolean;
  /** True when the pair is where the procedure was to bring it. */
  isAtGoal: boolean;
  /** True when a switch was begun and the pair is not where it should be: somebody has something to do. */
  isUndone: boolean;
}

export type Outcome = keyof typeof outcomes;

function row(label: string, more: Pick<OutcomeRow, 'tone'> & Partial<OutcomeRow>): OutcomeRow {
  return { label, severity: 'info', completes: false, isAtGoal: false, isUndone: false, ...more };
}
