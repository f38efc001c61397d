import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fillCache } from './cache';
import { type Env, run } from './executables';
import { TEMPORAL_CLI_VERSION } from './pinned';

const DOWNLOAD_TIMEOUT_MS = 180_000;

// A process of its own: the SDK's native runtime is one per process, and starting it here would forbid the caller
// to configure it afterwards.
const DOWNLOAD_SCRIPT = `
const [testing, downloadDir, version] = process.argv.slice(1);
const { TestWorkflowEnvironment } = require(testing);
TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'cached-download', downloadDir, version } } })
  .then((environment) => environment.teardown())
  .then(() => process.exit(0), (error) => { console.error(error.message); process.exit(1); });
`;

/** Lets the Temporal SDK download the CLI into the cache. Needs `@temporalio/testing` and the internet. */
export async function downloadWithSdk(cacheDir: string, env: Env): Promise<string> {
  const testing = resolveTesting();
  return fillCache(cacheDir, async (scratchDir) => {
    const args = ['-e', DOWNLOAD_SCRIPT, testing, scratchDir, `v${TEMPORAL_CLI_VERSION}`];
    await run(process.execPath, args, env, DOWNLOAD_TIMEOUT_MS);
    const left = (await readdir(scratchDir)).find((name) => name.startsWith('temporal'));
    if (left === undefined)
      throw new Error('the SDK started a server, but left no CLI in its download folder');
    return join(scratchDir, left);
  });
}

function resolveTesting(): string {
  try {
    return require.resolve('@temporalio/testing');
  } catch (error) {
    throw new Error('@temporalio/testing is not installed', { cause: error });
  }
}
