import type { PostgresServer } from './server';
import { until } from './until';

/** The end of the WAL that a server has written so far; all of it is flushed, so that it can be sent. */
export async function flushedPosition(primary: PostgresServer): Promise<string> {
  // A record of its own: the position to insert at may lie behind a page header that is never sent alone.
  const [row] = await primary.query(
    `SELECT pg_logical_emit_message(false, 'lab', '', true)::text AS position`,
  );
  return String(row?.position);
}

/** Resolves when a standby has that much, in its WAL or also in its data. */
export async function arrivesOn(
  standby: PostgresServer,
  position: string,
  how: 'received' | 'replayed',
  timeoutMs: number,
): Promise<void> {
  const there = { received: 'pg_last_wal_receive_lsn()', replayed: 'pg_last_wal_replay_lsn()' }[how];
  const session = await standby.session('template1');
  try {
    const isThere = async () => {
      const sql = `SELECT ${there} >= $1::pg_lsn AS there`;
      return (await session.query<{ there: boolean | null }>(sql, [position])).rows[0]?.there === true;
    };
    await until(isThere, timeoutMs, `${standby.name} had not ${how} ${position}`);
  } finally {
    await session.end();
  }
}
