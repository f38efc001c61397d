import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { KeptEvidence, SwitchbackReport } from '../../src/contract/report';

/** How a run of this workflow, which only stands in for a switchback, is to end. */
export interface Ending {
  by: 'itself' | 'update' | 'failure';
}

export interface EndingActivities {
  work(name: string): Promise<string>;
  keepEvidence(report: SwitchbackReport): Promise<KeptEvidence>;
}

export const nudge = defineSignal<[string]>('nudge');
export const abort = defineUpdate<string, [{ by: string; reason: string }]>('abort');

const { work } = proxyActivities<EndingActivities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '50ms', maximumAttempts: 2 },
});
const { keepEvidence } = proxyLocalActivities<EndingActivities>({
  startToCloseTimeout: '60s',
  retry: { initialInterval: '50ms', maximumAttempts: 3 },
});

/** Does one thing of every kind, makes its report, and keeps the evidence at the very end, as a switchback does. */
export async function endingWorkflow({ by }: Ending): Promise<unknown> {
  let aborted = false;
  const nudges: string[] = [];
  setHandler(nudge, (text) => void nudges.push(text));
  setHandler(abort, ({ reason }) => {
    aborted = true;
    return reason;
  });
  await work('first');
  const open = new CancellationScope();
  void open.run(() => Promise.all([sleep('1h'), work('forever')])).catch(() => {});
  await sleep('50ms');
  await work('second').catch(() => {});
  await condition(() => nudges.length > 0);
  if (by === 'update') await condition(() => aborted);
  open.cancel();
  const { workflowId, runId, startTime } = workflowInfo();
  const report = {
    outcome: by === 'failure' ? 'aborted' : 'switched-back',
    ...(by === 'failure' ? { code: 'ABORTED' } : {}),
    headline: 'It ended.',
    next: 'Nothing.',
    project: 'p',
    primary: 's',
    timeline: [],
    requests: { reads: 0, writes: 1 },
    workflowId,
    runId,
    startedAt: startTime.toISOString(),
    endedAt: new Date().toISOString(),
  } as unknown as SwitchbackReport;
  const evidence = await keepEvidence(report);
  // What a bug after the last step does: the task fails, and is done again at another time.
  if (evidence.head === 'once more') throw new Error('done again');
  if (by !== 'failure') return { ...report, evidence };
  throw ApplicationFailure.nonRetryable('ABORTED: It ended.', 'ABORTED', { ...report, evidence });
}
