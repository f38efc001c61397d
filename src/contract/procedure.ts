import type { Side } from './observation';

/** What a procedure brings about, and the words for it. */
export interface ProcedureRow {
  /** The name under which the workflow function is exported. */
  workflowType: string;
  /** The side that it makes active. */
  target: Side;
  /** For a sentence: `bring P/S home`. */
  aim: (service: string) => string;
  /** Ends with the pair where it is wanted: by a write of the run, and without one. */
  done: 'switched-back' | 'switched-over';
  already: 'already-primary' | 'already-recovery';
  /** The decision, and the policy, that make the other side active again; the phase in which that happens. */
  undo: 'return-to-recovery' | 'return-to-primary';
  /** How the run ends then. */
  returned: {
    code: 'RETURNED_TO_RECOVERY' | 'RETURNED_TO_PRIMARY';
    outcome: 'returned-to-recovery' | 'returned-to-primary';
  };
}

/** Every procedure that moves a pair: the workflow says which, and one engine does it. */
export const procedures = {
  switchback: {
    workflowType: 'switchbackWorkflow',
    target: 'primary',
    aim: (service) => `bring ${service} home`,
    done: 'switched-back',
    already: 'already-primary',
    undo: 'return-to-recovery',
    returned: { code: 'RETURNED_TO_RECOVERY', outcome: 'returned-to-recovery' },
  },
  switchover: {
    workflowType: 'switchoverWorkflow',
    target: 'recovery',
    aim: (service) => `switch ${service} over to its recovery service`,
    done: 'switched-over',
    already: 'already-recovery',
    undo: 'return-to-primary',
    returned: { code: 'RETURNED_TO_PRIMARY', outcome: 'returned-to-primary' },
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

/** The condition of Temporal's visibility that finds the runs of every procedure. */
export const OF_A_PROCEDURE = `WorkflowType IN (${procedureTypes.map((type) => `'${type}'`).join(', ')})`;
