import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// The sources and the build are both one folder below it.
const packageJson = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8'));

/** The version of this package. */
export const version: string = packageJson.version;

/** The oldest Node.js that it runs on. */
export const oldestNode: string = packageJson.engines.node.replace('>=', '');
