import {
  ApplicationFailure,
  CancellationScope,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { type RunEvent, runEndOf } from '../../contract/events';
import { EXAMPLE_INPUT } from '../../contract/input';
import { eventsQuery, statusQuery } from '../../contract/messages';
import { outcomes } from '../../contract/outcome';
import type { SwitchbackReport } from '../../contract/report';
import { searchAttributes } from '../../contract/search-attributes';
import { now } from '../../util/now';
import { cut } from '../../util/text';
import { terms } from './activity-proxies';
import { startNotifier } from './notifier';

const ENDED = { phase: 'report', outcome: 'invalid-input' } as const;

/**
 * The end of a run whose input cannot be used: there is no run to speak of, but the list, the queries and whoever is
 * told of runs say how it ended. A schedule with a faulty input must not fail in silence.
 *
 * @returns the failure to throw, which lists every fault.
 */
export async function refuseInput(input: unknown, faults: string[]): Promise<ApplicationFailure> {
  const { workflowId, runId, startTime } = workflowInfo();
  const headline = `The input is not valid: ${faults.join('; ')}.`;
  const next = `Start again with one JSON object, for example ${EXAMPLE_INPUT}`;
  const at = now();
  const timeline: SwitchbackReport['timeline'] = [{ at, phase: 'validate', event: headline }];
  const project = textOf(input, 'project');
  const primary = textOf(input, 'service');
  const report = {
    outcome: ENDED.outcome,
    code: 'INVALID_INPUT',
    headline,
    next,
    timeline,
    requests: { reads: 0, writes: 0 },
    workflowId,
    runId,
    startedAt: startTime.toISOString(),
    endedAt: at,
  } as const satisfies Partial<SwitchbackReport>;
  const ended: RunEvent = {
    seq: 1,
    at,
    type: 'switchback.run.ended',
    severity: outcomes[ENDED.outcome].severity,
    phase: ENDED.phase,
    summary: headline,
    headline,
    end: runEndOf(report),
  };
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: ENDED.outcome }]);
  setHandler(statusQuery, () => ({ ...ENDED, headline, next, project: '', primary: '', timeline }));
  setHandler(eventsQuery, (after = 0) => ({
    run: { project, primary, workflowId, runId },
    events: [ended].slice(Math.max(0, Number(after) || 0)),
    ended: true,
  }));
  await tellOthers(project, primary);
  return ApplicationFailure.nonRetryable(`INVALID_INPUT: ${headline} ${next}`, 'INVALID_INPUT', report);
}

/** Nobody is told when that fails: whoever started the run sees its failure. */
async function tellOthers(project: string, service: string): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    const { notifies } = await terms();
    if (notifies) await startNotifier(project, service);
  }).catch(() => {});
}

/** As it was given, where it is a text at all, and not longer than a name can be. */
function textOf(input: unknown, field: string): string {
  const value = (input as Record<string, unknown> | null | undefined)?.[field];
  return typeof value === 'string' ? cut(value, 100) : '';
}
