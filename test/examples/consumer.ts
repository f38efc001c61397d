import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/**
 * Compiles examples/typescript, every type checked, as the project of somebody who uses the package: what
 * `npm install` would link there is linked. Answers with the path of the program.
 */
export function compileAsConsumer(folder: string): string {
  cpSync(join(ROOT, 'examples', 'typescript'), folder, {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|dist)$/.test(path),
  });
  const link = (target: string, name: string) => {
    const path = join(folder, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  };
  link(ROOT, 'switchback');
  for (const name of ['@temporalio/envconfig', '@types/node']) link(join(ROOT, 'node_modules', name), name);
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`examples/typescript does not compile:\n${stdout}`);
  return join(folder, 'dist', 'switchback.js');
}
