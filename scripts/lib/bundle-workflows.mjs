// A program of its own, so that webpack and the SDK's native code are gone again when a worker starts.
import { writeFileSync } from 'node:fs';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const [, , workflowsPath, target] = process.argv;
const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
// An empty one: the SDK refuses a bundle without a source map, and the whole one is half of the file that every worker reads.
const map = { version: 3, file: 'workflow-bundle.js', sources: [], names: [], mappings: '' };
const url = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
writeFileSync(target, code.replace(/(\/\/# sourceMappingURL=)data:.*$/m, `$1${url}`));
