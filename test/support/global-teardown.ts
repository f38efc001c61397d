import { rm } from 'node:fs/promises';
import { forTeardown } from './for-teardown';
import { secretsInFolder, secretsInHistories } from './secret-search';

/**
 * Searches what the whole run has left, histories, evidence and the output of programs, for the passwords and tokens of
 * its labs, and fails the run when it finds one; then ends what the set-up began.
 */
export default async function globalTeardown(): Promise<void> {
  try {
    await searchForSecrets();
  } finally {
    await end();
  }
}

async function searchForSecrets(): Promise<void> {
  const { TEST_TEMPORAL_ADDRESS: address, TEST_RECORDS: records } = process.env;
  if (address === undefined || records === undefined) return;
  const histories = await secretsInHistories(address);
  const found = [...histories.found, ...secretsInFolder(records)];
  if (found.length > 0) throw new Error(`secrets of a lab were found:\n  ${found.join('\n  ')}`);
  process.stderr.write(`no secret in ${histories.searched} histories, nor in evidence and output\n`);
}

async function end(): Promise<void> {
  await forTeardown.server?.stop();
  if (forTeardown.folder) await rm(forTeardown.folder, { recursive: true, force: true });
}
