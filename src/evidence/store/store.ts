import { folderStore } from './folder';
import { type S3Options, s3Store } from './s3';

/** Where evidence is kept. */
export interface EvidenceStore {
  /**
   * Keeps a file as a whole or not at all; one of the same name is replaced.
   *
   * @returns where it is: a path, or an `s3://` URL.
   * @throws SwitchbackError EVIDENCE_NOT_KEPT
   */
  put(name: string, bytes: Uint8Array, contentType: string): Promise<string>;
}

export type EvidenceStoreOptions = { folder: string } | { s3: S3Options };

export function createEvidenceStore(options: EvidenceStoreOptions): EvidenceStore {
  return 'folder' in options ? folderStore(options.folder) : s3Store(options.s3);
}
