import type { Answers, DatabaseFacts } from './facts';
import { QUESTIONS, SERVER } from './questions';
import type { Session } from './session';

/** Who we are on a server, and whether the table for measuring is there. */
export interface AccessSnapshot {
  server: DatabaseFacts['server'];
  probe: Answers['probe'];
}

/** @throws PostgresError */
export function readAccess(session: Session): Promise<AccessSnapshot> {
  return session.one<AccessSnapshot>(`SELECT ${SERVER} AS server, ${QUESTIONS.probe} AS probe`);
}
