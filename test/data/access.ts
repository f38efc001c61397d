import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDatabases } from '../../src/config/databases';
import type { Lab, LabPair } from '../../src/lab/lab';
import { Databases } from '../../src/postgres';

export interface AccessOptions {
  /** Rows per second that the stopwatch writes (default 20). */
  rate?: number;
}

/** The content of the file that SWITCHBACK_DATABASES names, for every pair of a lab with PostgreSQL behind. */
export function databasesFile(
  lab: Lab,
  passwordFile: (pair: LabPair) => string,
  { rate = 20 }: AccessOptions = {},
) {
  const entries = lab.pairs.map((pair) => {
    const { serviceUri, primaryUri, recoveryUri, resolvers } = pair;
    return [
      `${lab.project}/${pair.primary}`,
      {
        serviceUri: withoutPassword(serviceUri),
        primaryUri: withoutPassword(primaryUri),
        recoveryUri: withoutPassword(recoveryUri),
        password: { file: passwordFile(pair) },
        tls: 'off',
        probe: { rate },
        ...(resolvers.length > 0 ? { resolvers: resolvers.map(({ address }) => address) } : {}),
      },
    ];
  });
  return Object.fromEntries(entries);
}

/** Writes the file and the passwords that it refers to into a folder; returns the file's path. */
export function writeAccess(lab: Lab, folder: string, options?: AccessOptions): string {
  const passwordFile = (pair: LabPair) => {
    const path = join(folder, `${pair.primary}.password`);
    writeFileSync(path, pair.probe?.password ?? '', { mode: 0o600 });
    return path;
  };
  const path = join(folder, 'databases.json');
  writeFileSync(path, JSON.stringify(databasesFile(lab, passwordFile, options)));
  return path;
}

/** Access to every pair of a lab, as a worker would have it. */
export function accessTo(options?: AccessOptions): (lab: Lab) => Databases {
  return (lab) => {
    const folder = mkdtempSync(join(tmpdir(), 'switchback-access-'));
    folders.push(folder);
    const read = readDatabases(writeAccess(lab, folder, options), {});
    if ('faults' in read) throw new Error(read.faults.join('\n'));
    return new Databases(read.value);
  };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The role that `deploy/database.sql` makes, in the place of the lab's administrator. */
function withoutPassword(uri: string | undefined): string {
  if (uri === undefined) throw new Error('the lab has no PostgreSQL behind it');
  const { host, pathname } = new URL(uri);
  return `postgres://switchback@${host}${pathname}`;
}
