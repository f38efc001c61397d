import { randomInt, randomUUID } from 'node:crypto';
import type { Session } from './session';

/** A row that was written to be found again. */
export interface Nonce {
  runId: string;
  /** `bigint` as text: larger than a number can hold exactly. */
  seq: string;
  text: string;
}

/** What a server says of itself. */
export interface ServerRole {
  /** `pg_is_in_recovery()`: it replays what another server writes. */
  inRecovery: boolean;
  /** `transaction_read_only`, which every statement takes from the server's default: it refuses writes. */
  readOnly: boolean;
  /** The timeline that it writes now; absent in recovery. */
  timeline?: number;
  /** True when the replay is paused, or was asked to pause. */
  replayPaused: boolean;
}

/**
 * The timeline comes from the name of the WAL file that is being written: it is the new one as soon as a promoted server
 * takes writes, whereas `pg_control_checkpoint()` tells the old one until the next checkpoint has ended. No privilege is
 * needed for any of this. The guards are for the other kind of server, where these functions are errors.
 */
const ROLE = `
SELECT pg_is_in_recovery() AS "inRecovery",
  current_setting('transaction_read_only') = 'on' AS "readOnly",
  CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS "timeline",
  CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END AS "replayPaused"`;

/** @throws PostgresError */
export async function readRole(session: Session): Promise<ServerRole> {
  const { timeline, ...role } = await session.one<Omit<ServerRole, 'timeline'> & { timeline: string | null }>(
    ROLE,
  );
  return { ...role, ...(timeline === null ? {} : { timeline: Number.parseInt(timeline, 16) }) };
}

/**
 * A new one each time. The number only has to be another than those of all other attempts, which may be on other
 * machines: the time, and six digits by chance.
 */
export function newNonce(runId: string): Nonce {
  const chance = String(randomInt(1_000_000)).padStart(6, '0');
  return { runId: `${runId}/proof`, seq: `${Date.now()}${chance}`, text: randomUUID() };
}

/** @throws PostgresError */
export async function writeNonce(session: Session, { runId, seq, text }: Nonce): Promise<void> {
  const insert = 'INSERT INTO switchback.probe (run_id, attempt, seq, nonce) VALUES ($1, 0, $2, $3)';
  await session.query(insert, [runId, seq, text]);
}

/** Whether that very row is there. @throws PostgresError */
export async function hasNonce(session: Session, { runId, seq, text }: Nonce): Promise<boolean> {
  const select = 'SELECT FROM switchback.probe WHERE run_id = $1 AND attempt = 0 AND seq = $2 AND nonce = $3';
  return (await session.query(select, [runId, seq, text])).length > 0;
}
