import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SwitchbackError } from '../../contract/errors';
import type { EvidenceStore } from './store';

/**
 * The owner writes, the group reads, nobody else: an auditor has another account than the worker, and the names of
 * people and their reasons are not for everyone. The umask can only take away.
 */
const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;

/** Files in a folder, which is made when the first one is kept. */
export function folderStore(folder: string): EvidenceStore {
  const path = resolve(folder);
  return {
    put: async (name, bytes) => {
      const target = join(path, name);
      try {
        await mkdir(path, { recursive: true, mode: FOLDER_MODE });
        await replace(path, target, bytes);
        return target;
      } catch (error) {
        const why = (error as NodeJS.ErrnoException).code ?? String(error);
        throw new SwitchbackError('EVIDENCE_NOT_KEPT', `${target} could not be written (${why}).`, {
          cause: error,
        });
      }
    },
  };
}

/** Whoever looks at the target sees the old file or the new one, whole, also after a crash at any moment. */
async function replace(folder: string, target: string, bytes: Uint8Array): Promise<void> {
  const draft = join(folder, `.${randomUUID()}.tmp`);
  try {
    const file = await open(draft, 'wx', FILE_MODE);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** The new name itself must survive a power cut, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
