/** A request as a bare activity makes it. */
export interface Sent {
  method: string;
  /** `{service}` stands for the primary service of the pair. */
  path: string;
  body?: unknown;
}

/** One activity of a bare workflow. */
export interface Step {
  /** Made all at once, except a write, which waits for those before it. */
  requests: Sent[];
  /** How long the activity waits afterwards, milliseconds: as long as the product waits for the services. */
  waitMs?: number;
}

/** What a bare workflow does: as many activities as a run of the product, which make the same requests. */
export interface Work {
  steps: Step[];
  /** Local activities that do nothing, beside the steps. */
  locals: number;
}

export const BARE_TYPE = { workflow: 'bareWorkflow', fleet: 'bareFleetWorkflow' } as const;
