type Fields = Record<string, unknown>;

/** Runs whose phase is remembered; switchbacks are few, and the phase of one that ended long ago is of no use. */
const REMEMBERED = 1_000;

/**
 * Gives every line of a run the same three fields, `workflowId`, `runId` and `phase`. Only the workflow itself knows its
 * phase, and says it whenever that changes; lines of activities and of Temporal's SDK get the one that was said last.
 */
export class RunFields {
  /** By run id, the run that was heard of last at the end. */
  readonly #phases = new Map<string, unknown>();

  complete({ taskToken: _, workflowRunId, ...fields }: Fields): Fields {
    const runId = fields.runId ?? workflowRunId;
    if (typeof runId !== 'string') return fields;
    const phase = fields.phase ?? this.#phases.get(runId);
    if (phase === undefined) return { ...fields, runId };
    this.#remember(runId, phase);
    return { ...fields, runId, phase };
  }

  #remember(runId: string, phase: unknown): void {
    this.#phases.delete(runId);
    this.#phases.set(runId, phase);
    const [oldest] = this.#phases.keys();
    if (this.#phases.size > REMEMBERED && oldest !== undefined) this.#phases.delete(oldest);
  }
}
