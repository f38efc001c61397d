import type { LagSample } from '../contract/lag';
import { otherSide } from '../contract/observation';
import { now } from '../util/now';
import type { PairDatabase } from './databases';
import { toPostgresError } from './error';
import type { Session, SessionOptions } from './session';

const ACTIVE = `
SELECT pg_is_in_recovery() AS standby,
  CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text END AS lsn,
  pg_snapshot_xmax(pg_current_snapshot())::text AS xid`;

/** The guards are for a server that is no standby: there these functions are errors. */
const PASSIVE = `
SELECT pg_is_in_recovery() AS standby,
  pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::text AS lsn,
  pg_snapshot_xmax(pg_current_snapshot())::text AS xid,
  extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS seconds,
  CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END AS paused`;

/**
 * What the active side knows of its standbys. Which of them is the peer cannot be told, so the one that is furthest
 * behind counts. Logical subscribers have a row there too, and what they confirm is no replay.
 */
const REPORTED = `
SELECT pg_wal_lsn_diff(replay_lsn, '0/0')::text AS lsn, extract(epoch FROM replay_lag)::float8 AS seconds
FROM pg_stat_replication
WHERE replay_lsn IS NOT NULL
  AND pid NOT IN (
    SELECT active_pid FROM pg_replication_slots WHERE slot_type = 'logical' AND active_pid IS NOT NULL)
ORDER BY replay_lsn LIMIT 1`;

interface Position {
  lsn: string | null;
  seconds: number | null;
}

/** Opens a session with each side for one look at the lag. Never fails. */
export async function sampleLag(
  database: PairDatabase,
  active: 'primary' | 'recovery',
  options?: SessionOptions,
): Promise<LagSample> {
  const passive = otherSide(active);
  const [ofActive, ofPassive] = await Promise.allSettled([
    database.open(active, options),
    database.open(passive, options),
  ]);
  const sessions = [ofActive, ofPassive].map((one) => (one.status === 'fulfilled' ? one.value : undefined));
  try {
    const look = await measureLag(sessions[0], sessions[1]);
    const refused = [ofActive, ofPassive].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    return refused.length === 0 ? look : { ...look, problem: refused.map(told).join('; ') };
  } finally {
    await Promise.all(sessions.map((session) => session?.end()));
  }
}

/**
 * Looks at the lag through open sessions: first at what the active side has written, then at what the passive side has
 * replayed, so that an idle pair has none. Without the passive side, the active one's own reports of its standbys have
 * to do. Never fails.
 */
export async function measureLag(
  active: Session | undefined,
  passive: Session | undefined,
): Promise<LagSample> {
  const at = now();
  const look: LagSample = { at };
  try {
    if (active !== undefined) Object.assign(look, await written(active));
    if (look.problem !== undefined) return look;
    if (passive !== undefined) Object.assign(look, await replayed(passive));
    else if (active !== undefined) Object.assign(look, await reported(active));
    return withAmount(look);
  } catch (error) {
    return { ...look, problem: told(error) };
  }
}

async function written(session: Session): Promise<Partial<LagSample>> {
  const { standby, lsn, xid } = await session.one<{ standby: boolean; lsn: string | null; xid: string }>(
    ACTIVE,
  );
  if (standby || lsn === null) return { problem: 'the side that should take writes is in recovery' };
  return { activeLsn: lsn, activeXid: xid };
}

async function replayed(session: Session): Promise<Partial<LagSample>> {
  const { standby, lsn, xid, seconds, paused } = await session.one<
    Position & { standby: boolean; xid: string; paused: boolean | null }
  >(PASSIVE);
  if (!standby) return { problem: 'the side that should replay is not in recovery' };
  return {
    paused: paused === true,
    replayXid: xid,
    ...(lsn === null ? {} : { replayLsn: lsn }),
    ...(seconds === null ? {} : { seconds: notBelowZero(seconds) }),
  };
}

async function reported(session: Session): Promise<Partial<LagSample>> {
  const [row] = await session.query<Position>(REPORTED);
  const problem = 'the passive side could not be asked';
  if (row === undefined || row.lsn === null)
    return { problem: `${problem}, and no standby reports to the active one` };
  return {
    problem,
    replayLsn: row.lsn,
    ...(row.seconds === null ? {} : { seconds: notBelowZero(row.seconds) }),
  };
}

function withAmount(look: LagSample): LagSample {
  const { activeLsn, replayLsn } = look;
  if (activeLsn === undefined || replayLsn === undefined) {
    return { ...look, problem: look.problem ?? 'the positions of both sides are not known' };
  }
  const bytes = notBelowZero(Number(BigInt(activeLsn) - BigInt(replayLsn)));
  return { ...look, bytes, ...(bytes === 0 ? { seconds: 0 } : {}) };
}

/** The clocks of two servers differ, and the passive side may have replayed more by the time it is asked. */
function notBelowZero(value: number): number {
  return Math.max(0, value);
}

function told(error: unknown): string {
  const { message, code } = toPostgresError(error);
  return `${message} (${code})`;
}
