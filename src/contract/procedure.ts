import type { Side } from './observation';

/** One move of a pair: its write makes one side active. */
export interface MoveRow {
  /** The side that it makes active. */
  target: Side;
  /** How it ends: by a write of the run, and without one. */
  done: 'switched-back' | 'switched-over';
  already: 'already-primary' | 'already-recovery';
  /** The decision, and the policy, that make the other side active again; the phase in which that happens. */
  undo: 'return-to-recovery' | 'return-to-primary';
  /** How it ends then. */
  returned: {
    code: 'RETURNED_TO_RECOVERY' | 'RETURNED_TO_PRIMARY';
    outcome: 'returned-to-recovery' | 'returned-to-primary';
  };
}

/** Every move there is. */
export const moves = {
  switchback: {
    target: 'primary',
    done: 'switched-back',
    already: 'already-primary',
    undo: 'return-to-recovery',
    returned: { code: 'RETURNED_TO_RECOVERY', outcome: 'returned-to-recovery' },
  },
  switchover: {
    target: 'recovery',
    done: 'switched-over',
    already: 'already-recovery',
    undo: 'return-to-primary',
    returned: { code: 'RETURNED_TO_PRIMARY', outcome: 'returned-to-primary' },
  },
} as const satisfies Record<string, MoveRow>;

export type Move = keyof typeof moves;

export interface ProcedureRow {
  /** The name under which the workflow function is exported. */
  workflowType: string;
  /** In this order, each after the one before has ended well. */
  moves: readonly [Move, ...Move[]];
  /** For a sentence: `bring P/S home`. */
  aim: (service: string) => string;
}

/** What a run can be asked to do: the workflow says which, and one engine does it. */
export const procedures = {
  switchback: {
    workflowType: 'switchbackWorkflow',
    moves: ['switchback'],
    aim: (service) => `bring ${service} home`,
  },
  switchover: {
    workflowType: 'switchoverWorkflow',
    moves: ['switchover'],
    aim: (service) => `switch ${service} over to its recovery service`,
  },
  drill: {
    workflowType: 'drillWorkflow',
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

/** The sides that runs of this type may make active as their goal. */
export function targetsOf(workflowType: string): Side[] {
  const procedure = procedureOf(workflowType);
  if (procedure === undefined) return [];
  return procedures[procedure].moves.map((move) => moves[move].target);
}

/** The condition of Temporal's visibility that finds the runs of every procedure. */
export const OF_A_PROCEDURE = `WorkflowType IN (${procedureTypes.map((type) => `'${type}'`).join(', ')})`;
