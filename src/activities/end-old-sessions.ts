import { setTimeout as delay } from 'node:timers/promises';
import type { EndSessionsInput } from '../contract/activities';
import type { OldSession, OldSessions } from '../contract/proof';
import { countSessions, type Databases, endSessions } from '../postgres';
import { compact } from '../util/compact';
import { now } from '../util/now';

/** A session that was told to end is gone within milliseconds, and a pool opens another within a second. */
const RECOUNT_MS = 1_000;
const LISTED = 20;

/**
 * Ends the client sessions that stay on the side that is passive now, once, and counts what remains a second later.
 *
 * @throws PostgresError
 */
export async function endOldSessions(
  databases: Databases,
  { pair, passive }: EndSessionsInput,
  signal: AbortSignal,
): Promise<OldSessions> {
  const database = databases.of(pair);
  if (database === undefined) throw new Error('no database access is configured');
  return database.use(
    passive,
    async (session) => {
      const { ended, refused } = await endSessions(session);
      await delay(RECOUNT_MS, undefined, { signal });
      const remaining = await countSessions(session);
      return { at: now(), ended: grouped(ended), refused: grouped(refused), ...compact({ remaining }) };
    },
    { signal },
  );
}

/** Those of one application at one address together, the most first. */
function grouped(sessions: OldSession[]): OldSessions['ended'] {
  const counts = new Map<string, OldSessions['ended'][number]>();
  for (const { application, address } of sessions) {
    const key = JSON.stringify([application, address]);
    const count = (counts.get(key)?.count ?? 0) + 1;
    counts.set(key, { application, address, count });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).slice(0, LISTED);
}
