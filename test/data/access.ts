import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAccess } from '../../lab/src/demo/access';
import type { Lab } from '../../lab/src/lab';
import { readDatabases } from '../../src/config/databases';
import { Databases, type PairSettings } from '../../src/postgres';

/** Access to every pair of a lab, as a worker would have it; `rate`: rows per second that the write probe writes. */
export function accessTo(
  probe?: { rate: number },
  more: Partial<PairSettings> = {},
): (lab: Lab) => Databases {
  return (lab) => {
    const folder = mkdtempSync(join(tmpdir(), 'switchback-access-'));
    folders.push(folder);
    const read = readDatabases(writeAccess(lab, folder, probe), {});
    if ('faults' in read) throw new Error(read.faults.join('\n'));
    const pairs = Object.entries(read.value).map(([name, settings]) => [name, { ...settings, ...more }]);
    return new Databases(Object.fromEntries(pairs));
  };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
