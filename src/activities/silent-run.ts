import { errors } from '../contract/errors';
import type { RunEvent } from '../contract/events';
import type { Phase } from '../contract/phase';
import type { Tape } from '../notify';
import type { RunEndInTemporal } from './run-end';

/** Phases in which nothing was written yet. */
const BEFORE_THE_WRITE: readonly Phase[] = ['validate', 'discover', 'preflight', 'approval', 'catch-up'];

/** The event that a run which was closed without a report did not make itself. */
export function silentRun({ present: last }: Tape, { at, status, reason }: RunEndInTemporal): RunEvent {
  const { phase = 'validate', situation, seq = 0 } = last?.event ?? {};
  const mayHaveWritten = last === undefined || !BEFORE_THE_WRITE.includes(phase);
  const how = status.toLowerCase().replaceAll('_', ' ');
  return {
    seq: seq + 1,
    at: new Date(at).toISOString(),
    type: 'switchback.run.silent',
    severity: mayHaveWritten ? 'critical' : 'warning',
    phase,
    summary: `The run was ${how} in Temporal${reason === undefined ? '' : ` (${reason})`} and left no report.`,
    headline: 'Nobody watches the pair any more, and no report says what is true of it.',
    ...(situation === undefined ? {} : { situation }),
    end: {
      outcome: 'no-report',
      code: 'NO_REPORT',
      next: errors.NO_REPORT.remedy,
      wrote: mayHaveWritten,
      standingAlarms: last?.state.alarms.length ?? 0,
    },
  };
}
