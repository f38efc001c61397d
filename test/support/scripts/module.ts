import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(__dirname, '..', '..', '..');

/** Calls a function of one of the project's ES modules, which jest cannot import, in a node of its own. */
export function callModule(file: string, name: string, args: readonly unknown[]): unknown {
  const url = pathToFileURL(join(ROOT, file)).href;
  const script = `
    const { ${name} } = await import(${JSON.stringify(url)});
    process.stdout.write(JSON.stringify(await ${name}(...${JSON.stringify(args)})) ?? 'null');`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      stdio: 'pipe',
    }),
  );
}
