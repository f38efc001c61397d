import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a command is on the PATH, or the first of the `others` that can be run; `undefined` when none is there. */
export function findExecutable(command: string, ...others: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [...folders.map((folder) => join(folder, command)), ...others].find(isExecutable);
}

/** The first of these commands that is not on the PATH; `undefined` when all are. */
export function missingOf(...commands: string[]): string | undefined {
  return commands.find((command) => findExecutable(command) === undefined);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
