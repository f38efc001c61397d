// A program of its own, so that webpack and the SDK's native code are gone again when a worker starts.
import { writeFileSync } from 'node:fs';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const [, , workflowsPath, target] = process.argv;
// The source map stays inside: the SDK refuses a bundle without it.
const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
writeFileSync(target, code);
