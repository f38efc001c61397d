import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries';
import type { PostgresServer } from './server';

const run = promisify(execFile);

/** Of the running server alone; a copy has these folders empty. As pg_basebackup does it. */
const EMPTY = [
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
];
const WAL = 'pg_wal';
/** The standby's own stay; what remains is about a running server, or about one that is none. */
const OWN = ['postgresql.auto.conf'];
const LEFT_OUT = new Set([
  ...EMPTY,
  ...OWN,
  WAL,
  'postgresql.conf',
  'postmaster.pid',
  'postmaster.opts',
  'standby.signal',
  'backup_label',
  'backup_label.old',
]);

/** Puts a copy of a running primary's data in the place of what a stopped server has; it can then start as a standby. */
export async function copyAsStandby(
  primary: PostgresServer,
  stopped: PostgresServer,
  binaries: Binaries,
): Promise<void> {
  const { data } = stopped;
  for (const name of await readdir(data)) {
    if (!OWN.includes(name)) await rm(join(data, name), { recursive: true, force: true });
  }
  const session = await primary.session('template1');
  try {
    await session.query(`SELECT pg_backup_start('lab', true)`);
    const names = (await readdir(primary.data)).filter((name) => !LEFT_OUT.has(name));
    await copy(names, primary.data, data, binaries);
    for (const name of [...EMPTY, WAL, join(WAL, 'archive_status')]) {
      await mkdir(join(data, name), { mode: 0o700 });
      await binaries.give(join(data, name));
    }
    const { rows } = await session.query<{ label: string }>(
      'SELECT labelfile AS label FROM pg_backup_stop(false)',
    );
    const label = rows[0]?.label ?? '';
    // With the WAL of the backup itself, the copy is consistent by itself, even if it is cut off from the primary.
    const wal = join(primary.data, WAL);
    await copy(neededWal(await readdir(wal), label), wal, join(data, WAL), binaries);
    await stopped.write('backup_label', label);
  } finally {
    await session.end();
  }
}

/** `cp` runs as the servers' user, so that the copies are its own. */
async function copy(names: string[], from: string, to: string, { spawn }: Binaries): Promise<void> {
  try {
    await run('cp', ['-R', '-p', ...names.map((name) => join(from, name)), to], {
      ...spawn,
      maxBuffer: 2 ** 24,
    });
  } catch (error) {
    // A file that the server removed in the meantime is not needed: the WAL says so to the copy as well.
    const said = String((error as { stderr?: string }).stderr ?? '').trim();
    if (said === '' || !said.split('\n').every((line) => line.includes('No such file'))) throw error;
  }
}

/** The segments from the start of the backup on, and what tells how timelines hang together. */
function neededWal(names: string[], label: string): string[] {
  const [, first = ''] = /\(file ([0-9A-F]{24})\)/.exec(label) ?? [];
  return names.filter((name) => name.endsWith('.history') || (/^[0-9A-F]{24}$/.test(name) && name >= first));
}
