import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/**
 * Bundles the workflows from their sources into `target`, so that no build is needed before a test. Answers whether
 * there is a bundle: workflows that do not compile must not hide the results of the tests that need none.
 */
export async function bundleWorkflows(workflowsPath: string, target: string): Promise<boolean> {
  if (!existsSync(workflowsPath)) return false;
  try {
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
    await writeFile(target, withoutSourceMap(code));
    return true;
  } catch (error) {
    process.stderr.write(`No workflow bundle, tests that need it will fail: ${String(error)}\n`);
    return false;
  }
}

/** Every worker reads the map of 1.6 MB, and for a stack trace it is parsed; the SDK takes no bundle without any. */
function withoutSourceMap(code: string): string {
  const map = { version: 3, file: 'workflow-bundle.js', sources: [], names: [], mappings: '' };
  const url = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
  return code.replace(/(\/\/# sourceMappingURL=)data:.*$/m, `$1${url}`);
}
