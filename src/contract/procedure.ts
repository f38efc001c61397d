import type { Goal, Side } from './observation';

/** One move of a pair. */
export interface MoveRow {
  /** Its one write: make a service active, have the primary fail for good, or have a failed one rebuilt as a standby. */
  write: 'promote' | 'fail' | 'rebuild';
  /** What the pair is before. */
  from: Goal;
  /** The side that is active at its end. */
  target: Side;
  /** What the pair is then. */
  goal: Goal;
  /** How it ends: by a write of the run, and without one. */
  done: 'switched-back' | 'switched-over' | 'failed-over' | 'rebuilt';
  already: 'already-primary' | 'already-recovery' | 'already-failed-over' | 'already-rebuilt';
  /** What makes the other side active again; a failover and a rebuild have none. */
  undo?: UndoRow;
}

export interface UndoRow {
  /** The decision, the policy and the phase. */
  action: 'return-to-recovery' | 'return-to-primary';
  /** How the run ends then. */
  code: 'RETURNED_TO_RECOVERY' | 'RETURNED_TO_PRIMARY';
  outcome: 'returned-to-recovery' | 'returned-to-primary';
}

/** Every move there is. */
export const moves: Record<Move, MoveRow> = {
  switchback: {
    write: 'promote',
    from: 'recovery-active',
    target: 'primary',
    goal: 'primary-active',
    done: 'switched-back',
    already: 'already-primary',
    undo: {
      action: 'return-to-recovery',
      code: 'RETURNED_TO_RECOVERY',
      outcome: 'returned-to-recovery',
    },
  },
  switchover: {
    write: 'promote',
    from: 'primary-active',
    target: 'recovery',
    goal: 'recovery-active',
    done: 'switched-over',
    already: 'already-recovery',
    undo: { action: 'return-to-primary', code: 'RETURNED_TO_PRIMARY', outcome: 'returned-to-primary' },
  },
  failover: {
    write: 'fail',
    from: 'primary-active',
    target: 'recovery',
    goal: 'failed-over',
    done: 'failed-over',
    already: 'already-failed-over',
  },
  rebuild: {
    write: 'rebuild',
    from: 'failed-over',
    target: 'recovery',
    goal: 'recovery-active',
    done: 'rebuilt',
    already: 'already-rebuilt',
  },
};

export type Move = 'switchback' | 'switchover' | 'failover' | 'rebuild';

export interface ProcedureRow {
  /** The name under which the workflow function is exported. */
  workflowType: string;
  /** In this order, each after the one before has ended well. */
  moves: readonly [Move, ...Move[]];
  /** For a title. */
  title: string;
  /** For a sentence: `bring P/S home`. */
  aim: (service: string) => string;
}

/** What a run can be asked to do: the workflow says which, and one engine does it. */
export const procedures = {
  switchback: {
    workflowType: 'switchbackWorkflow',
    title: 'Switchback',
    moves: ['switchback'],
    aim: (service) => `bring ${service} home`,
  },
  switchover: {
    workflowType: 'switchoverWorkflow',
    title: 'Switchover',
    moves: ['switchover'],
    aim: (service) => `switch ${service} over to its recovery service`,
  },
  failover: {
    workflowType: 'failoverWorkflow',
    title: 'Failover',
    moves: ['failover'],
    aim: (service) => `fail ${service} over to its recovery service, which destroys it`,
  },
  failback: {
    workflowType: 'failbackWorkflow',
    title: 'Failback',
    moves: ['rebuild', 'switchback'],
    aim: (service) => `rebuild ${service} and bring it home`,
  },
  drill: {
    workflowType: 'drillWorkflow',
    title: 'Drill',
    moves: ['switchover', 'switchback'],
    aim: (service) => `switch ${service} over and back again`,
  },
} as const satisfies Record<string, ProcedureRow>;

export type Procedure = keyof typeof procedures;

/** Every type of workflow that moves a pair. */
export const procedureTypes: readonly string[] = Object.values(procedures).map(
  ({ workflowType }) => workflowType,
);

/** The procedure of a workflow type; `undefined` for any other workflow. */
export function procedureOf(workflowType: string | undefined): Procedure | undefined {
  const all = Object.entries(procedures) as [Procedure, ProcedureRow][];
  return all.find(([, row]) => row.workflowType === workflowType)?.[0];
}

/** What runs of this type may do to a pair. */
export function movesOf(workflowType: string): readonly Move[] {
  const procedure = procedureOf(workflowType);
  return procedure === undefined ? [] : procedures[procedure].moves;
}

/** The move that makes a side active. */
export function promotionOf(side: Side): Move {
  return side === 'primary' ? 'switchback' : 'switchover';
}

/** The condition of Temporal's visibility that finds the runs of every procedure. */
export const OF_A_PROCEDURE = `WorkflowType IN (${procedureTypes.map((type) => `'${type}'`).join(', ')})`;
