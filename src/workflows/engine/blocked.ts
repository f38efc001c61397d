import type { ApplicationFailure } from '@temporalio/workflow';
import { hardFindings } from './findings';
import type { Run } from './run';

/** One unread service leaves many checks unknown; the first ones, in the order of the catalogue, say it all. */
const MOST_UNKNOWN = 3;

/** The failure of a run that a precondition stops: each check, and of the first what was observed and what to do. */
export function blocked({ record }: Run): ApplicationFailure {
  const stopping = hardFindings(record);
  const refuted = stopping.filter((check) => check.verdict === 'block');
  // What is unknown only because something else is wrong would hide the one thing to mend.
  const named = refuted.length > 0 ? refuted : stopping.slice(0, MOST_UNKNOWN);
  const [first] = named;
  const ids = named.map(({ id }) => id).join(', ');
  return record.failure(
    'BLOCKED',
    'blocked',
    `${record.nothingWritten}: ${named.length === 1 ? `the check ${ids} stands` : `the checks ${ids} stand`} against it. ${first?.observed}.`,
    first?.remedy,
  );
}
