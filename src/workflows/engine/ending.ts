import { ApplicationFailure, CancellationScope } from '@temporalio/workflow';
import type { SwitchbackReport } from '../../contract/report';
import { rootMessage } from '../../util/root-cause';
import { keepEvidence, undelivered } from './activity-proxies';
import type { Run } from './run';
import { failureWith } from './run-views';

/** What ends a run badly, with the report as it is now: some of what was measured came after the reason. */
export async function ended(run: Run, error: unknown): Promise<unknown> {
  await run.writeProbe.stop();
  if (!run.record.hasEnded) return error;
  const report = await finished(run, run.record.report());
  return error instanceof ApplicationFailure ? failureWith(report) : error;
}

/** With what is known only at the very end: which sinks are behind, and where the evidence is. */
export function finished(run: Run, report: SwitchbackReport): Promise<SwitchbackReport> {
  return CancellationScope.nonCancellable(async () => withEvidence({ ...report, ...(await notified(run)) }));
}

async function notified(run: Run): Promise<Pick<SwitchbackReport, 'notifier' | 'undelivered'>> {
  // A run that was stopped early may not know yet whether notifications are sent for it.
  await run.policyKnown.catch(() => {});
  const notifier = await run.notifier;
  if (notifier === undefined) return {};
  const missed = await undelivered(notifier).catch((error: unknown) => [
    { sink: '*', lost: 0, problem: `not known: ${rootMessage(error)}` },
  ]);
  return { notifier, ...(missed.length > 0 ? { undelivered: missed } : {}) };
}

/** Keeps the evidence of the report; a run neither fails nor waits long for that. */
async function withEvidence(report: SwitchbackReport): Promise<SwitchbackReport> {
  try {
    const evidence = await keepEvidence(report);
    return evidence === undefined ? report : { ...report, evidence };
  } catch (error) {
    return { ...report, evidence: { problem: `it could not be kept: ${rootMessage(error)}` } };
  }
}
