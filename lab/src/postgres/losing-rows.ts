import { setTimeout as delay } from 'node:timers/promises';
import type { ProbeRow } from '../backing/backing';
import type { PostgresServer } from './server';
import { until } from './until';
import { arrivesOn, flushedPosition } from './wal-position';
import type { WalStream } from './wal-stream';

const DEADLINE_MS = 30_000;
/** A server process calls itself idle a moment before it has sent the acknowledgement. */
const ACKNOWLEDGEMENT_MS = 100;

/** Whoever still writes, and does not wait for the server's death: a row that is committed may not be acknowledged yet. */
const STILL_WRITING = `
SELECT FROM pg_stat_activity
WHERE backend_type = 'client backend' AND state = 'active' AND pid <> pg_backend_pid()
  AND query LIKE '%switchback.probe%' AND wait_event IS DISTINCT FROM 'PgSleep'`;

/** A row more than the allowance waits in its transaction until the server dies; rows that fail do not count. */
const allow = (rows: number) => `
CREATE TABLE public.lab_allowance AS SELECT ${rows} AS rows_left;
CREATE FUNCTION public.lab_take_allowance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  UPDATE public.lab_allowance SET rows_left = rows_left - 1 WHERE rows_left > 0;
  IF NOT FOUND THEN PERFORM pg_sleep('infinity'); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER lab_take_allowance AFTER INSERT ON switchback.probe
  FOR EACH ROW EXECUTE FUNCTION public.lab_take_allowance()`;

/**
 * Holds the stream into the standby at a moment when it has every row of `switchback.probe`, and waits until the active
 * server has acknowledged exactly `count` rows more. No further one can be committed after that. When nobody writes them,
 * or the standby does not get so far, it goes on with what there is. Resolves with all rows of the active server.
 */
export async function acknowledgeUnshipped(
  active: PostgresServer,
  standby: PostgresServer,
  { stream, count }: { stream: WalStream; count: number },
): Promise<{ rows: ProbeRow[]; release: () => void }> {
  const session = await active.session('defaultdb');
  const catchUp = async () => {
    const position = await flushedPosition(active);
    await arrivesOn(standby, position, 'received', DEADLINE_MS).catch(() => undefined);
  };
  try {
    await session.query(`SET default_transaction_read_only = off; SET lock_timeout = ${DEADLINE_MS}`);
    // Once before, so that writers are held up for the last of it only.
    await catchUp();
    await session.query('BEGIN; LOCK TABLE switchback.probe IN SHARE ROW EXCLUSIVE MODE');
    await catchUp();
    const release = stream.hold();
    try {
      await session.query(`${allow(count)}; COMMIT`);
      const isUsedUp = async () => {
        const { rows } = await session.query<{ rows_left: number }>('SELECT rows_left FROM lab_allowance');
        return rows[0]?.rows_left === 0;
      };
      // Only then, for rows that wait already may hold on to the allowance.
      const useUp = () => session.query('UPDATE lab_allowance SET rows_left = 0');
      await until(isUsedUp, DEADLINE_MS).catch(useUp);
      const isTold = async () => (await session.query(STILL_WRITING)).rowCount === 0;
      await until(isTold, DEADLINE_MS).catch(() => undefined);
      await delay(ACKNOWLEDGEMENT_MS);
      return { rows: await probeRows(active), release };
    } catch (error) {
      release();
      throw error;
    }
  } finally {
    await session.end();
  }
}

export async function probeRows(server: PostgresServer): Promise<ProbeRow[]> {
  const rows = await server.query(
    'SELECT run_id, attempt, seq FROM switchback.probe ORDER BY seq',
    'defaultdb',
  );
  return rows.map(({ run_id, attempt, seq }) => ({
    run_id: String(run_id),
    attempt: Number(attempt),
    seq: Number(seq),
  }));
}

/** Those of the first that are not among the second. */
export function rowsMissing(before: readonly ProbeRow[], after: readonly ProbeRow[]): ProbeRow[] {
  const key = ({ run_id, attempt, seq }: ProbeRow) => JSON.stringify([run_id, attempt, seq]);
  const there = new Set(after.map(key));
  return before.filter((row) => !there.has(key(row)));
}
