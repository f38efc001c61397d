import { rm } from 'node:fs/promises';
import { forTeardown } from './for-teardown';

export default async function globalTeardown(): Promise<void> {
  await forTeardown.server?.stop();
  if (forTeardown.folder) await rm(forTeardown.folder, { recursive: true, force: true });
}
