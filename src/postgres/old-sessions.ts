import type { OldSession } from '../contract/proof';
import { legible } from '../util/text';
import { PostgresError } from './error';
import type { Session } from './session';

/** Of one call, so that a pool that opens sessions as fast as they end is not fought. */
const AT_ONCE = 500;

/**
 * Sessions of applications on a standby. In the same statement it is a standby: on the other side they would be those of
 * applications that work. Neither ours, nor replication, nor those of superusers, which no role but theirs may end.
 */
const SESSIONS = `
SELECT session.pid, session.application_name AS "application", coalesce(host(session.client_addr), 'local') AS "address"
FROM pg_stat_activity AS session JOIN pg_roles AS role ON role.oid = session.usesysid
WHERE pg_is_in_recovery()
  AND session.backend_type = 'client backend'
  AND NOT role.rolsuper
  AND session.pid <> pg_backend_pid()
  AND NOT (session.usename = current_user AND session.application_name = 'switchback')
ORDER BY session.backend_start LIMIT ${AT_ONCE}`;

const NOT_ALLOWED = '42501';

/**
 * Ends the sessions of applications on a standby, each on its own: a role without `pg_signal_backend` may end its own
 * alone.
 *
 * @throws PostgresError
 */
export async function endSessions(session: Session): Promise<{ ended: OldSession[]; refused: OldSession[] }> {
  const found = await session.query<{ pid: number; application: string; address: string }>(SESSIONS);
  const [ended, refused]: [OldSession[], OldSession[]] = [[], []];
  for (const { pid, application, address } of found) {
    const one = { application: legible(application, 64), address };
    try {
      const sql = 'SELECT pg_terminate_backend($1::int) AS gone WHERE pg_is_in_recovery()';
      const [row] = await session.query<{ gone: boolean }>(sql, [pid]);
      if (row?.gone === true) ended.push(one);
    } catch (error) {
      if (!(error instanceof PostgresError) || error.code !== NOT_ALLOWED) throw error;
      refused.push(one);
    }
  }
  return { ended, refused };
}
