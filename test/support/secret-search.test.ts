import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { newPassword, newToken } from '../../lab/src/secrets';
import { testEnvironment } from './environment';
import { useScratchFolder } from './scratch';
import { secretIn, secretsInFolder, secretsInHistories } from './secret-search';

const scratch = useScratchFolder();

test.each([
  ['a password', newPassword()],
  ['a token', newToken()],
  ['a URI with a password', `postgres://avnadmin:${newPassword()}@127.0.0.1:5432/defaultdb`],
])('%s is found, and not repeated', (_what, secret) => {
  const found = secretIn(`some text before ${secret} and after`);
  expect(found).toContain('some text before');
  expect(secret.includes(found?.slice(-20) ?? '')).toBe(false);
});

test('what is no secret is not found', () => {
  expect(secretIn('postgres://switchback@127.0.0.1/defaultdb, AVNS_, lab-1')).toBeUndefined();
});

test('files are searched, also those in folders', () => {
  mkdirSync(join(scratch(), 'deep'));
  writeFileSync(join(scratch(), 'deep', 'one.json'), `{"password":"${newPassword()}"}`);
  writeFileSync(join(scratch(), 'other.json'), '{}');
  expect(secretsInFolder(scratch())).toEqual([
    expect.stringMatching(/^deep\/one\.json: …\{"password":"\*\*\*$/),
  ]);
});

test('histories are searched, their payloads too', async () => {
  const connection = await Connection.connect({ address: testEnvironment.temporalAddress() });
  // A namespace of its own: the one of the other tests shall hold no secret.
  const namespace = `secrets-${randomBytes(4).toString('hex')}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  const { workflow } = new Client({ connection, namespace });
  try {
    const start = () =>
      workflow.start('nobody', { workflowId: 'leaking', taskQueue: 'none', args: [{ token: newToken() }] });
    const handle = await untilThere(start);
    const search = () => secretsInHistories(testEnvironment.temporalAddress(), namespace);
    const { found } = await untilListed(search);
    expect(found).toEqual([expect.stringMatching(/^history of leaking: /)]);
    await handle.terminate();
  } finally {
    await connection.close();
  }
});

/** A new namespace, and a new run in its list, take a moment to be known. */
async function untilThere<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function untilListed(search: () => ReturnType<typeof secretsInHistories>) {
  return untilThere(async () => {
    const result = await search();
    if (result.searched === 0) throw new Error('the run is not listed yet');
    return result;
  });
}
