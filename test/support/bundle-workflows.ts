import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const ROOT = join(__dirname, '..', '..');
/** The last one made, with what it was made of in its first line: webpack takes three seconds. */
const LAST = join(ROOT, '.cache', 'test-workflow-bundle.js');

/**
 * Bundles the workflows from their sources into `target`, so that no build is needed before a test. Answers whether
 * there is a bundle: workflows that do not compile must not hide the results of the tests that need none.
 */
export async function bundleWorkflows(workflowsPath: string, target: string): Promise<boolean> {
  if (!existsSync(workflowsPath)) return false;
  const made = `// of ${fingerprint()}\n`;
  if (existsSync(LAST) && readFileSync(LAST, 'utf8').startsWith(made)) {
    await copyFile(LAST, target);
    return true;
  }
  try {
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
    await writeFile(target, made + withoutSourceMap(code));
    await mkdir(dirname(LAST), { recursive: true });
    await copyFile(target, `${LAST}.${process.pid}`);
    await rename(`${LAST}.${process.pid}`, LAST); // whole, whoever else reads it
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

/** Of everything that the workflows can be made of. */
function fingerprint(): string {
  const hash = createHash('sha256').update(readFileSync(__filename));
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const files = sources.filter((name) => name.endsWith('.ts')).map((name) => join('src', name));
  for (const file of ['package-lock.json', ...files.sort()]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}
