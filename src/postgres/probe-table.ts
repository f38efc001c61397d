import { PostgresError } from './error';
import type { Session } from './session';

/** More than a run of hours leaves behind at the default rate, so that the table does not grow from run to run. */
const DELETED_AT_ONCE = 50_000;

/** Which row of `switchback.probe` (deploy/database.sql). */
export interface ProbeRow {
  runId: string;
  attempt: number;
  seq: number;
}

/** Resolves when the server has acknowledged the commit. @throws PostgresError */
export async function writeProbeRow(session: Session, { runId, attempt, seq }: ProbeRow): Promise<void> {
  const sql = 'INSERT INTO switchback.probe (run_id, attempt, seq) VALUES ($1, $2, $3)';
  await session.query(sql, [runId, attempt, seq]);
}

/** Whether a row of a run is there. @throws PostgresError */
export async function hasProbeRow(session: Session, runId: string): Promise<boolean> {
  const sql = 'SELECT EXISTS (SELECT 1 FROM switchback.probe WHERE run_id = $1) AS there';
  return (await session.one<{ there: boolean }>(sql, [runId])).there;
}

/**
 * Deletes rows of other runs that are older than the retention, the oldest first, a bounded number of them.
 *
 * @throws PostgresError
 */
export async function deleteOldProbeRows(
  session: Session,
  runId: string,
  retentionMs: number,
): Promise<void> {
  const sql = `
    DELETE FROM switchback.probe WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM switchback.probe
      WHERE written_at < clock_timestamp() - $2::float8 * interval '1 millisecond' AND run_id <> $1
      ORDER BY written_at LIMIT ${DELETED_AT_ONCE}))`;
  await session.query(sql, [runId, retentionMs]);
}

/**
 * The numbers of all rows of a run that are there, as ranges with both ends included: as many as there are holes, not
 * as many as there are rows. Only a server that takes writes is believed: a standby may be behind.
 *
 * @throws PostgresError
 */
export async function readProbeRows(session: Session, runId: string): Promise<[number, number][]> {
  const { standby, ranges } = await session.one<{ standby: boolean; ranges: [number, number][] }>(READ, [
    runId,
  ]);
  if (standby) throw new PostgresError('it leads to a standby', '25006');
  return ranges;
}

/** Numbers in a row differ from their rank by the same amount. One statement, so that all of it is one moment. */
const READ = `
  SELECT pg_is_in_recovery() AS standby, coalesce(json_agg(json_build_array(first, last) ORDER BY first), '[]') AS ranges
  FROM (
    SELECT min(seq) AS first, max(seq) AS last
    FROM (
      SELECT attempt, seq, seq - row_number() OVER (PARTITION BY attempt ORDER BY seq) AS island
      FROM switchback.probe WHERE run_id = $1
    ) AS numbered
    GROUP BY attempt, island
  ) AS islands`;
