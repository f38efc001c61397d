import type { Client } from '@temporalio/client';
import { type NotifyProgress, notifierIdOf, type SinkProgress } from '../../src/contract/notifications';

/** How far the notifier of this run has said that its sinks are: a few seconds behind what they are. */
export async function heartbeatOf({ workflow, options }: Client, runId: string): Promise<SinkProgress[]> {
  const { raw } = await workflow.getHandle(notifierIdOf(runId)).describe();
  const payload = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.[0];
  if (!payload) return [];
  return options.loadedDataConverter.payloadConverter.fromPayload<NotifyProgress>(payload).sinks;
}
