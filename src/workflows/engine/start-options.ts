import type { WorkflowInfo } from '@temporalio/workflow';

/**
 * What the start of the workflow asks of Temporal that would end the run in the middle of a switch, without a report, or
 * repeat it.
 */
export function faultsOfStart(info: WorkflowInfo): string[] {
  const { executionTimeoutMs, runTimeoutMs, retryPolicy, cronSchedule } = info;
  return [
    ...(executionTimeoutMs
      ? ['the start sets an execution time-out, which could end the run mid-switch']
      : []),
    ...(runTimeoutMs ? ['the start sets a run time-out, which could end the run mid-switch'] : []),
    ...(retryPolicy ? ['the start sets a retry policy: a failed run is for a person to look at'] : []),
    ...(cronSchedule ? ['the start sets a cron schedule: use a Temporal Schedule'] : []),
  ];
}
