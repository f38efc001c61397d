import { folderStore } from './folder';
import { type S3Options, s3Store } from './s3';
import type { EvidenceStore } from './store';

export type EvidenceStoreOptions = { folder: string } | { s3: S3Options };

/** A store in a folder, or in a bucket. */
export function createEvidenceStore(options: EvidenceStoreOptions): EvidenceStore {
  return 'folder' in options ? folderStore(options.folder) : s3Store(options.s3);
}
