import { activityInfo, getClient } from '@temporalio/activity';
import type { KeptEvidence, SwitchbackReport } from '../contract/report';
import { type EvidenceStore, keepEvidence as keep } from '../evidence';

/** Keeps the evidence of this very run; `undefined` when this worker keeps none. */
export async function keepEvidence(
  store: EvidenceStore | undefined,
  report: SwitchbackReport,
): Promise<KeptEvidence | undefined> {
  if (store === undefined) return undefined;
  const { workflowId, runId } = activityInfo().workflowExecution ?? report;
  const fetchHistory = () => getClient().workflow.getHandle(workflowId, runId).fetchHistory();
  return keep(report, { fetchHistory, store });
}
