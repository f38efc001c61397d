import type { Json } from './canonical';

/**
 * What kind of fact an entry holds. `seal` is the last entry of every bundle: it holds the hashes of the fields beside
 * the entries.
 */
export type FactKind =
  | 'input'
  | 'phase'
  | 'activity'
  | 'timer'
  | 'update'
  | 'signal'
  | 'cancel'
  | 'child'
  | 'external'
  | 'reset'
  | 'end'
  | 'other'
  | 'seal';

/** One thing that Temporal's history says. */
export interface HistoryFact {
  /** When it began, ISO 8601 with milliseconds, Temporal's clock. */
  at: string;
  kind: FactKind;
  /** For people: an activity's or timer's summary, else what happened in a few words. */
  title: string;
  /** What was asked and what came of it, decoded. */
  data: { [key: string]: Json };
}

/** How a run ended, as Temporal has it. */
export type RunStatus =
  | 'running'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'terminated'
  | 'timed-out'
  | 'continued-as-new';
