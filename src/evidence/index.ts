export { buildBundle, bytesOf, EVIDENCE_FORMAT, type EvidenceBundle, type EvidenceRun } from './bundle';
export type { ChainEntry } from './chain';
export type { HistoryFact } from './facts';
export { factsOf, type History, readHistory } from './history';
export { keepEvidence, writeBundle } from './keep';
export { renderPage } from './page/page';
export { createEvidenceStore, type EvidenceStoreOptions } from './store/create';
export type { EvidenceStore } from './store/store';
export { type Verification, verifyEvidence } from './verify';
