import { errors } from '../contract/errors';
import { type RunEvent, runEndOf } from '../contract/events';
import { outcomes } from '../contract/outcome';
import type { Phase } from '../contract/phase';
import type { EventFeed } from '../notify';
import { compact } from '../util/compact';
import type { RunEndInTemporal } from './run-end';

/** Phases in which nothing was written yet. */
const BEFORE_THE_WRITE: readonly Phase[] = ['validate', 'discover', 'preflight', 'approval', 'catch-up'];

/** The event that a run which was closed without one did not make itself, or could not be asked for. */
export function lostRun(feed: EventFeed, end: RunEndInTemporal): RunEvent {
  return end.report === undefined ? withoutReport(feed, end) : fromReport(feed, end.report, end.at);
}

/** Nobody could ask the run, but it did say how it ended. */
function fromReport(
  { present: last }: EventFeed,
  report: NonNullable<RunEndInTemporal['report']>,
  at: number,
): RunEvent {
  const { outcome, headline, situation } = report;
  return {
    seq: (last?.event.seq ?? 0) + 1,
    at: new Date(at).toISOString(),
    type: 'switchback.run.ended',
    severity: outcomes[outcome].severity,
    phase: 'report',
    summary: headline,
    headline,
    ...compact({ situation }),
    end: runEndOf(report),
  };
}

function withoutReport({ present: last }: EventFeed, { at, status, reason }: RunEndInTemporal): RunEvent {
  const { phase = 'validate', situation, seq = 0 } = last?.event ?? {};
  const isHarmless = last?.run.mode !== undefined && last.run.mode !== 'execute';
  const mayHaveWritten = !isHarmless && (last === undefined || !BEFORE_THE_WRITE.includes(phase));
  const how = status.toLowerCase().replaceAll('_', ' ');
  return {
    seq: seq + 1,
    at: new Date(at).toISOString(),
    type: 'switchback.run.lost',
    severity: mayHaveWritten ? 'critical' : 'warning',
    phase,
    summary: `The run was ${how} in Temporal${reason === undefined ? '' : ` (${reason})`} and left no report.`,
    headline: 'No run watches the pair any more, and no report says what is true of it.',
    ...compact({ situation }),
    end: {
      outcome: 'no-report',
      code: 'NO_REPORT',
      next: errors.NO_REPORT.remedy,
      wrote: mayHaveWritten,
      standingAlarms: last?.state.alarms.length ?? 0,
    },
  };
}
