import type { KeptEvidence, SwitchbackReport } from '../contract/report';
import { buildBundle, bytesOf, type EvidenceBundle } from './bundle';
import { toJson } from './canonical';
import type { History, Report } from './history';
import { baseNameOf } from './names';
import { renderPage } from './page/page';
import type { EvidenceStore } from './store/store';

/**
 * Keeps the evidence of a run that is about to end: for the run's last, local activity. Doing it again replaces the
 * files by the same ones.
 *
 * @param report what the run ends with; nothing but its field `evidence` may be changed afterwards, or a bundle that is
 * rebuilt from the history is another one.
 * @throws SwitchbackError EVIDENCE_NOT_KEPT, or what `fetchHistory` throws.
 */
export async function keepEvidence(
  report: SwitchbackReport,
  { fetchHistory, store }: { fetchHistory: () => Promise<History>; store: EvidenceStore },
): Promise<KeptEvidence> {
  const { workflowId, runId } = report;
  const final = toJson(report) as unknown as Report;
  return writeBundle(buildBundle(await fetchHistory(), { workflowId, runId }, final), store);
}

/** Writes a bundle and its page. @throws SwitchbackError EVIDENCE_NOT_KEPT */
export async function writeBundle(bundle: EvidenceBundle, store: EvidenceStore): Promise<KeptEvidence> {
  const name = baseNameOf(bundle);
  const json = await store.put(`${name}.json`, bytesOf(bundle), 'application/json');
  const page = await store.put(`${name}.html`, await renderPage(bundle), 'text/html; charset=utf-8');
  return { head: bundle.chain.head, json, page };
}
