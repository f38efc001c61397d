import type { Session } from './session';

/** Which server answers, and whether it takes writes. */
export interface ServerSnapshot {
  /** The same for the same running server whatever address leads to it; see {@link LOOK}. */
  id: string;
  /** `pg_is_in_recovery()` */
  inRecovery: boolean;
  /** `transaction_read_only`, which every statement takes from the server's default. */
  readOnly: boolean;
}

/**
 * A server is known by the microsecond in which it was started. Both sides of a pair have the same system identifier, for
 * one is a copy of the other; and an address says nothing where networks translate them. A restart between two looks makes
 * it another server, until the next look. No privilege is needed.
 */
const LOOK = `
SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint::text AS "id",
  pg_is_in_recovery() AS "inRecovery",
  current_setting('transaction_read_only') = 'on' AS "readOnly"`;

/**
 * Sessions of applications: neither ours, nor those of superusers, which on a managed service are the provider's own.
 * Without the right to see other users' sessions the count would be too low, so there is none.
 */
const SESSIONS = `
SELECT CASE WHEN pg_has_role('pg_read_all_stats', 'USAGE') THEN count(*)::int END AS "count"
FROM pg_stat_activity AS session LEFT JOIN pg_roles AS role ON role.oid = session.usesysid
WHERE session.backend_type = 'client backend'
  AND NOT coalesce(role.rolsuper, false)
  AND session.pid <> pg_backend_pid()
  AND NOT (session.usename = current_user AND session.application_name = 'switchback')`;

/** @throws PostgresError */
export function readServer(session: Session): Promise<ServerSnapshot> {
  return session.one<ServerSnapshot>(LOOK);
}

/** Client sessions of applications; `undefined` when they cannot be seen. @throws PostgresError */
export async function countSessions(session: Session): Promise<number | undefined> {
  const { count } = await session.one<{ count: number | null }>(SESSIONS);
  return count ?? undefined;
}
