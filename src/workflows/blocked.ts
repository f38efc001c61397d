import type { ApplicationFailure } from '@temporalio/workflow';
import type { Run } from './run';

/** One unread service leaves many checks unknown; the first ones, in the order of the catalogue, say it all. */
const MOST_UNKNOWN = 3;

/** The failure of a run that a precondition stops: it names each check, what was observed, wanted, and what to do. */
export function blocked({ record }: Run): ApplicationFailure {
  const stopping = record.hardFindings;
  const refuted = stopping.filter((check) => check.verdict === 'block');
  // What is unknown only because something else is wrong would hide the one thing to mend.
  const named = refuted.length > 0 ? refuted : stopping.slice(0, MOST_UNKNOWN);
  const details = named.map(
    (check) => `[${check.id}] ${check.observed}; wanted: ${check.wanted}. ${check.remedy}`,
  );
  const ids = named.map((check) => check.id).join(', ');
  return record.failure(
    'BLOCKED',
    'blocked',
    `Nothing was written; ${named.length === 1 ? 'this check stands' : 'these checks stand'} against it: ${ids}.`,
    `${details.join(' ')}${/start again[^.]*\.$/i.test(details.at(-1) ?? '') ? '' : ' Then start again.'}`,
  );
}
