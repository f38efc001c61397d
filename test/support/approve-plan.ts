import type { SwitchbackClient } from '../../src/client';
import type { Approval } from '../../src/contract/report';

/** Reads the plan that a run shows, and approves it as somebody who has read it does. */
export async function approvePlan(
  client: SwitchbackClient,
  workflowId: string,
  who: { by: string; reason: string },
): Promise<Approval> {
  const { plan } = await client.status(workflowId);
  return client.approve(workflowId, { fingerprint: plan?.fingerprint ?? 'no plan yet', ...who });
}
