// Runs PROGRAM.js, such as dist/worker.js, with the arguments after it, built anew if needed. The program runs in this very process: signals
// and the exit code are its own, with nothing between to pass them on twice or not at all.
import { existsSync } from 'node:fs';
import { runMain } from 'node:module';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ROOT } from './lib/project.mjs';

const [node, , name, ...args] = process.argv;

try {
  if (!name) throw new Error('Usage: node scripts/run.mjs PROGRAM [arguments]');
  await build();
  const program = join(ROOT, `${name}.js`);
  if (!existsSync(program)) throw new Error(`There is no program called ${name}: ${program} does not exist`);
  process.setSourceMapsEnabled(true);
  process.argv = [node, program, ...args];
  runMain();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
