import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@jest/types';
import { attributeTypes } from '../../src/contract/search-attributes';
import { findTemporalCli, startDevServer } from '../../src/dev-server';
import { bundleWorkflows } from './bundle-workflows';
import { forTeardown } from './for-teardown';
import { memoryFolder } from './memory-folder';

const WORKFLOWS = join(__dirname, '..', '..', 'src', 'workflows', 'index.ts');

/** Folders whose tests need neither a Temporal server nor workflows. */
const PURE = /^(\.\/)?test\/(rules|contract|util|config|aiven|postgres)(\/|$)/;

/** One Temporal server and one workflow bundle for the whole run; tests find them by `process.env`. */
export default async function globalSetup({ nonFlagArgs }: Config.GlobalConfig): Promise<void> {
  process.env.TMPDIR = memoryFolder() ?? process.env.TMPDIR ?? tmpdir();
  if (nonFlagArgs.length > 0 && nonFlagArgs.every((path) => PURE.test(path))) return;
  const cli = await findTemporalCli({ log: (message) => process.stderr.write(`${message}\n`) });
  const folder = await mkdtemp(join(tmpdir(), 'switchback-tests-'));
  forTeardown.folder = folder;
  const bundle = join(folder, 'workflow-bundle.js');
  const bundled = bundleWorkflows(WORKFLOWS, bundle);
  const server = await startDevServer({
    cliPath: cli.path,
    stopTimeoutMs: 100, // nothing in it is worth a goodbye
    searchAttributes: attributeTypes,
  });
  forTeardown.server = server;
  // Searched for secrets at the end.
  await mkdir(join(folder, 'records'));
  process.env.TEST_RECORDS = join(folder, 'records');
  process.env.TEST_TEMPORAL_ADDRESS = server.address;
  process.env.TEST_TEMPORAL_HTTP_URL = server.httpUrl;
  process.env.TEST_TEMPORAL_CLI = cli.path;
  if (await bundled) process.env.TEST_WORKFLOW_BUNDLE = bundle;
}
